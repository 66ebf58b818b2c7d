package toco.infer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.cam.MemoryLimit;
import toco.files.IoReason;
import toco.image.Grey16;
import toco.image.ImageDecoder;
import toco.image.ImageException;
import toco.image.ReadOptions;
import toco.image.RgbImage;
import toco.torch.InferenceMode;
import toco.torch.LibTorch;
import toco.torch.TensorScope;

/// Processes images one after the other. An image that cannot be read, needs more memory than there
/// is, or whose name cannot be a result's name is reported and skipped; any other error ends the
/// loop.
final class ImageLoop {
  private static final int IMAGES_PER_TRIM = 25; // a trim takes milliseconds

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

  /// Runs the loop over images that a user named, after telling what was skipped in their folders.
  ///
  /// @return names of the images and folders that were skipped
  static List<String> run(
      ReadOptions options, InputImages found, InferenceListener listener, Work work) {
    found.report(listener);
    var skipped = new ArrayList<>(found.skipped());
    skipped.addAll(run(options, found.images(), listener, work));
    return List.copyOf(skipped);
  }

  /// Runs the loop.
  ///
  /// @param options how the images are read
  /// @return names of the images that were skipped
  /// @throws UncheckedIOException wrapping an exception of the work
  static List<String> run(
      ReadOptions options, List<InputImage> images, InferenceListener listener, Work work) {
    var skipped = new ArrayList<String>();
    for (int i = 0; i < images.size(); i++) {
      var image = images.get(i);
      var reason = process(options, i, image, listener, work);
      if (reason != null) {
        skipped.add(image.name());
        listener.onMessage(reason);
      }
      if ((i + 1) % IMAGES_PER_TRIM == 0) {
        LibTorch.trimMemory(); // images of different sizes fragment the heap
      }
      listener.onProgress(i + 1, images.size());
    }
    return List.copyOf(skipped);
  }

  /// Why the image must be skipped; null if it is done.
  private static @Nullable String process(
      ReadOptions options, int index, InputImage image, InferenceListener listener, Work work) {
    try (var arena = Arena.ofConfined();
        var _ = TensorScope.open();
        var _ = InferenceMode.enter()) {
      RgbImage picture;
      try {
        picture = ImageDecoder.decode(image.path(), options, arena);
        Grey16.warning(image.path(), picture, options).ifPresent(listener::onMessage);
      } catch (ImageException e) {
        return String.valueOf(e.getMessage());
      }
      MemoryLimit.watch(picture, () -> run(work, index, image, picture));
      return null;
    } catch (MemoryLimit.Exceeded e) {
      return "skipped %s: %s".formatted(image.path(), e.getMessage());
    } catch (InvalidPathException e) {
      return "skipped %s: its results cannot have its name: %s; rename it or set LC_ALL=C.UTF-8"
          .formatted(image.path(), e.getReason());
    } catch (ImageException e) {
      if (e.getCause() instanceof FileSystemException cause && isAboutTheName(cause)) {
        return "skipped %s: its results cannot have its name: %s; rename it"
            .formatted(image.path(), IoReason.of(cause));
      }
      throw e;
    }
  }

  private static void run(Work work, int index, InputImage image, RgbImage picture) {
    try {
      work.on(index, image, picture);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isAboutTheName(FileSystemException e) {
    var reason = IoReason.of(e);
    return reason.equals("File name too long")
        || reason.equals("Is a directory")
        || reason.equals("Not a directory")
        || reason.equals("FileAlreadyExists");
  }
}
