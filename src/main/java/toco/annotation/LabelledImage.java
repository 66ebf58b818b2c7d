package toco.annotation;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import toco.image.LabelMap;

/// An image and its labels.
///
/// @param index position in the list of all images, from 0
/// @param name unique name of its results, with `/` between folders
/// @param relativePath of the image, below the folder in which it was found
/// @param file the image
/// @param labels 0 background, 1…K classes, 255 ignored
/// @param scores float32 [H, W], how sure each pixel's label is; null: not known
public record LabelledImage(
    int index,
    String name,
    String relativePath,
    Path file,
    LabelMap labels,
    @Nullable MemorySegment scores) {
  public LabelledImage {
    long pixels = labels.labels().byteSize();
    if (scores != null && scores.byteSize() != Float.BYTES * pixels) {
      throw new IllegalArgumentException(
          "scores must be %s floats, got %s bytes".formatted(pixels, scores.byteSize()));
    }
  }
}
