package toco.data;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import toco.config.DataConfig;
import toco.config.MaskValues;
import toco.image.ExifOrientation;
import toco.image.ImageSize;
import toco.image.LabelMap;
import toco.image.MaskDecoder;

/// Reads the masks of a data set and checks that they fit its classes and images.
///
/// @param numClasses K, the number of classes without the background
/// @param values what the masks' pixels hold; null: indices
/// @param otherClasses the label of each index in masks with other classes, which become
///   background; null: there are none
public record MaskReader(
    int numClasses, @Nullable MaskValues values, @Nullable MaskClasses otherClasses) {
  private static final int SHOWN = 4;

  static MaskReader of(DataConfig data) {
    var values = data.maskValueList();
    var others = values == null || !values.isColours() ? MaskClasses.of(data, values) : null;
    return new MaskReader(data.classNames().size(), others == null ? values : null, others);
  }

  /// Reads masks of class indices.
  static MaskReader of(int numClasses) {
    return new MaskReader(numClasses, null, null);
  }

  /// Reads a mask.
  ///
  /// @param arena owns the labels
  /// @throws DataException if it holds a label of no class
  /// @throws toco.image.ImageException if the file is unreadable, or holds other values
  LabelMap read(Path mask, Arena arena) {
    return read(mask, arena, _ -> {});
  }

  /// The same.
  ///
  /// @param others receives the number of pixels of other classes, which become background
  LabelMap read(Path mask, Arena arena, LongConsumer others) {
    var labels = MaskDecoder.decode(mask, values, arena);
    if (otherClasses != null) {
      others.accept(otherClasses.relabel(labels));
    }
    requireClasses(labels, mask);
    return labels;
  }

  /// Checks that a mask has the size of its image.
  ///
  /// @throws DataException if it has not
  static void requireSize(Path mask, ImageSize size, Path image, ImageSize imageSize) {
    var problem = sizeProblem(mask, size, image, imageSize);
    if (problem != null) {
      throw new DataException(problem);
    }
  }

  /// How a mask's size differs from its image's; null if it does not.
  static @Nullable String sizeProblem(Path mask, ImageSize size, Path image, ImageSize imageSize) {
    return size.equals(imageSize)
        ? null
        : "%s is %s×%s px, its image is %s×%s px (%s); %s"
            .formatted(
                mask,
                size.widthPx(),
                size.heightPx(),
                imageSize.widthPx(),
                imageSize.heightPx(),
                image,
                remedy(size, image, imageSize));
  }

  private static String remedy(ImageSize size, Path image, ImageSize imageSize) {
    boolean transposed =
        size.widthPx() == imageSize.heightPx() && size.heightPx() == imageSize.widthPx();
    if (!transposed) {
      return "resize or redraw the mask";
    }
    int orientation = ExifOrientation.of(image);
    return ExifOrientation.isTransposed(orientation)
        ? ("the mask was drawn on the picture as viewers turn it, by the EXIF orientation %s, but"
                + " pixels are read as stored; set data.exif=apply")
            .formatted(orientation)
        : "width and height are exchanged; turn the mask or the image by 90°";
  }

  /// The message for masks of which none shows a class, while pixels are 255: they were probably
  /// drawn as binary masks.
  ///
  /// @param masks number of masks
  /// @param ignored one with pixels of 255
  static String noClass(int masks, Path ignored, int numClasses) {
    return "none of the %s masks shows a class, and pixels of 255 are ignored (%s); %s"
        .formatted(
            masks,
            ignored,
            numClasses == 1
                ? "if 255 is the class, set data.maskValues=0,255"
                : "each class needs its own value: its label 1…%s, or one in data.maskValues"
                    .formatted(numClasses));
  }

  private void requireClasses(LabelMap mask, Path file) {
    long[] counts = mask.histogram();
    var unknown = new ArrayList<String>();
    for (int label = numClasses + 1; label < LabelMap.IGNORE; label++) {
      if (counts[label] > 0) {
        unknown.add("label %s on %s px".formatted(label, counts[label]));
      }
    }
    if (!unknown.isEmpty()) {
      int more = unknown.size() - SHOWN;
      throw new DataException(
          ("%s holds %s; expected 0 (background), 1…%s (classes) or 255 (ignored); check the mask,"
                  + " data.classNames and data.maskValues")
              .formatted(
                  file,
                  String.join(", ", unknown.subList(0, Math.min(SHOWN, unknown.size())))
                      + (more > 0 ? " and %s more".formatted(more) : ""),
                  numClasses));
    }
  }
}
