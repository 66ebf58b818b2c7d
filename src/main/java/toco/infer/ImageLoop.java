package toco.infer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import toco.image.ImageDecoder;
import toco.image.ImageException;
import toco.image.RgbImage;
import toco.torch.InferenceMode;
import toco.torch.TensorScope;

/// Works on images one after the other. One that cannot be read is named and passed over; whatever
/// else goes wrong ends the work.
final class ImageLoop {
  private ImageLoop() {}

  /// What is done with an image.
  @FunctionalInterface
  interface Work {
    /// Called in a scope of its own, in inference mode; pixels and tensors go when it returns.
    ///
    /// @param index the image's place in the list
    void on(int index, InputImage image, RgbImage picture) throws IOException;
  }

  /// Does the work.
  ///
  /// @return names of the images that could not be read
  /// @throws UncheckedIOException as the work has it
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
      return Optional.of(ImageDecoder.decode(image.path(), arena));
    } catch (ImageException e) {
      unreadable.add(image.name());
      listener.onMessage(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }
}
