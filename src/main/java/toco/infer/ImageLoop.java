package toco.infer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import toco.image.Grey16;
import toco.image.ImageDecoder;
import toco.image.ImageException;
import toco.image.RgbImage;
import toco.torch.InferenceMode;
import toco.torch.TensorScope;

/// Processes images one after the other. An image that cannot be read is reported and skipped; any
/// other error ends the loop.
final class ImageLoop {
  private ImageLoop() {}

  /// Processes one image.
  @FunctionalInterface
  interface Work {
    /// Called inside a new tensor scope and in inference mode. The picture's pixels and all tensors
    /// are freed when it returns.
    ///
    /// @param index the image's position in the list
    void on(int index, InputImage image, RgbImage picture) throws IOException;
  }

  /// Runs the loop.
  ///
  /// @return names of the images that could not be read
  /// @throws UncheckedIOException wrapping an exception of the work
  static List<String> run(List<InputImage> images, InferenceListener listener, Work work) {
    var unreadable = new ArrayList<String>();
    for (int i = 0; i < images.size(); i++) {
      try (var arena = Arena.ofConfined();
          var _ = TensorScope.open();
          var _ = InferenceMode.enter()) {
        var picture = read(images.get(i), arena, listener, unreadable);
        if (picture.isPresent()) {
          work.on(i, images.get(i), picture.get());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      listener.onProgress(i + 1, images.size());
    }
    return List.copyOf(unreadable);
  }

  private static Optional<RgbImage> read(
      InputImage image, Arena arena, InferenceListener listener, List<String> unreadable) {
    try {
      var picture = ImageDecoder.decode(image.path(), arena);
      Grey16.warning(image.path(), picture).ifPresent(listener::onMessage);
      return Optional.of(picture);
    } catch (ImageException e) {
      unreadable.add(image.name());
      listener.onMessage(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }
}
