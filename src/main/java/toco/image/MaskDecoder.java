package toco.image;

import java.lang.foreign.Arena;
import java.nio.file.Path;

/// Decodes segmentation masks: palette or grey PNG files whose *samples* are class indices. The
/// colours of the palette are only for display and are ignored.
public final class MaskDecoder {
  private MaskDecoder() {}

  /// Decodes a mask file.
  ///
  /// @param file a palette or grey PNG of at most 8 bits
  /// @param arena owns the labels
  /// @throws ImageException if the file is missing, truncated, not a PNG, or has colours
  public static LabelMap decode(Path file, Arena arena) {
    try (var memory = new GrowableMemory(Arena::ofConfined)) {
      var encoded = ImageFile.read(file, memory);
      if (!PngRaster.isPng(encoded)) {
        throw ImageException.unreadable(
            file.toString(),
            encoded.byteSize() == 0 ? "the file is empty" : "it is not a PNG",
            "masks are palette or grey PNG files of class indices");
      }
      return PngRaster.decodeIndices(encoded, file.toString(), arena);
    }
  }
}
