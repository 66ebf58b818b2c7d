package toco.data;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Optional;
import toco.image.ImageDecoder;
import toco.image.ImageSize;
import toco.image.LabelMap;
import toco.image.ReadOptions;
import toco.image.RgbImage;

/// One entry of a data set.
///
/// @param index its position in the data set
/// @param name its name in the list file
/// @param imagePath the image's file
/// @param maskPath its mask, if it exists; training does not read it
/// @param labels \[K] multi-hot: 1 where the class is in the image, else 0
/// @param readOptions how the image is read
/// @param maskReader reads the mask
@SuppressWarnings("ArrayRecordComponent") // values, not identity, are what callers use
public record Sample(
    int index,
    String name,
    Path imagePath,
    Optional<Path> maskPath,
    float[] labels,
    ReadOptions readOptions,
    MaskReader maskReader) {
  /// Decodes the image.
  ///
  /// @param arena owns the pixels
  /// @throws toco.image.ImageException if the file is missing or unreadable
  public RgbImage readImage(Arena arena) {
    return ImageDecoder.decode(imagePath, readOptions, arena);
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
    LabelMap mask = maskReader.read(file, arena);
    MaskReader.requireSize(
        file,
        new ImageSize(mask.widthPx(), mask.heightPx()),
        imagePath,
        new ImageSize(image.widthPx(), image.heightPx()));
    return mask;
  }
}
