package toco.image;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;

/// The size of an image from its header: quick to read, but no proof that the pixels are readable.
///
/// @param widthPx columns
/// @param heightPx rows
public record ImageSize(int widthPx, int heightPx) {
  private static final int PNG_WIDTH = 16;
  private static final int PNG_HEIGHT = 20;
  private static final int PNG_HEADER_BYTES = 33;
  private static final ValueLayout.OfInt BIG_ENDIAN =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  /// Number of pixels.
  public long pixels() {
    return (long) widthPx * heightPx;
  }

  /// Reads the header of a file, as [ReadOptions#STANDARD] say.
  ///
  /// @throws ImageException if the file is missing or not an image of a known kind
  public static ImageSize read(Path file) {
    return read(file, ReadOptions.STANDARD);
  }

  /// The size of the image that decoding with these options gives.
  ///
  /// @throws ImageException if the file is missing or not an image of a known kind
  public static ImageSize read(Path file, ReadOptions options) {
    var stored = stored(file, options);
    return options.isTurned() && ExifOrientation.isTransposed(ExifOrientation.of(file, options))
        ? new ImageSize(/* widthPx= */ stored.heightPx, /* heightPx= */ stored.widthPx)
        : stored;
  }

  /// The same of an encoded image in memory.
  ///
  /// @param source its name, for error messages
  /// @throws ImageException if it is not an image of a known kind
  public static ImageSize of(byte[] encoded, String source, ReadOptions options) {
    var file = MemorySegment.ofArray(encoded);
    var stored = of(file, source, options);
    int orientation =
        options.isTurned() ? ExifOrientation.of(file, options.page()) : ExifOrientation.UPRIGHT;
    return ExifOrientation.isTransposed(orientation)
        ? new ImageSize(/* widthPx= */ stored.heightPx, /* heightPx= */ stored.widthPx)
        : stored;
  }

  private static ImageSize stored(Path file, ReadOptions options) {
    var start = ImageFile.start(file);
    try {
      return of(MemorySegment.ofArray(start), file.toString(), options);
    } catch (ImageException e) {
      if (start.length < ImageFile.START_BYTES) {
        throw e;
      }
    }
    try (var memory = new GrowableMemory(Arena::ofConfined)) { // a longer header
      return of(ImageFile.read(file, memory), file.toString(), options);
    }
  }

  private static ImageSize of(MemorySegment file, String source, ReadOptions options) {
    if (JpegMarkers.isJpeg(file)) {
      var header = JpegHeader.parse(file, source);
      return new ImageSize(header.widthPx(), header.heightPx());
    }
    if (PngRaster.isPng(file) && file.byteSize() >= PNG_HEADER_BYTES) {
      int width = file.get(BIG_ENDIAN, PNG_WIDTH);
      int height = file.get(BIG_ENDIAN, PNG_HEIGHT);
      ImageDecoder.checkSize(source, width, height);
      return new ImageSize(width, height);
    }
    return OtherImage.of(file, source, options.page()).size();
  }
}
