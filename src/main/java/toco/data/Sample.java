package toco.data;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Optional;
import toco.image.ImageDecoder;
import toco.image.LabelMap;
import toco.image.MaskDecoder;
import toco.image.RgbImage;

/// One entry of a data set.
///
/// @param index its position in the data set
/// @param name its name in the list file
/// @param imagePath a JPEG or PNG file
/// @param maskPath a PNG of class indices, if it exists; training does not read it
/// @param labels \[K] multi-hot: 1 where the class is in the image, else 0
@SuppressWarnings("ArrayRecordComponent") // values, not identity, are what callers use
public record Sample(
    int index, String name, Path imagePath, Optional<Path> maskPath, float[] labels) {
  /// Decodes the image.
  ///
  /// @param arena owns the pixels
  /// @throws toco.image.ImageException if the file is missing or unreadable
  public RgbImage readImage(Arena arena) {
    return ImageDecoder.decode(imagePath, arena);
  }

  /// Decodes the mask of the image.
  ///
  /// @param image the sample's image, decoded
  /// @param arena owns the labels
  /// @throws DataException if there is no mask, if its size is not that of the image, or if it
  ///   holds a label of no class
  /// @throws toco.image.ImageException if the file is unreadable
  public LabelMap readMask(RgbImage image, Arena arena) {
    Path file =
        maskPath.orElseThrow(() ->
            new DataException(
                "there is no mask for %s; evaluation needs one, training does not"
                    .formatted(name)));
    LabelMap mask = MaskDecoder.decode(file, arena);
    if (mask.widthPx() != image.widthPx() || mask.heightPx() != image.heightPx()) {
      throw new DataException(
          "%s is %s×%s px, but its image %s is %s×%s px; resize or redraw the mask"
              .formatted(
                  file,
                  mask.widthPx(),
                  mask.heightPx(),
                  imagePath,
                  image.widthPx(),
                  image.heightPx()));
    }
    checkLabels(mask, labels.length, file);
    return mask;
  }

  static void checkLabels(LabelMap mask, int numClasses, Path file) {
    long[] counts = mask.histogram();
    for (int label = numClasses + 1; label < LabelMap.IGNORE; label++) {
      if (counts[label] > 0) {
        throw new DataException(
            ("%s holds label %s on %s px; expected 0 (background), 1…%s (classes) or 255 (ignored);"
                    + " check the mask and data.classNames")
                .formatted(file, label, counts[label], numClasses));
      }
    }
  }
}
