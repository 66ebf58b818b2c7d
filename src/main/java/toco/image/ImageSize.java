package toco.image;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// The size of an image from its header: quick to read, but no proof that the pixels are readable.
///
/// @param widthPx columns
/// @param heightPx rows
public record ImageSize(int widthPx, int heightPx) {
  private static final int PREFIX_BYTES = 1 << 18; // markers, thumbnails and profiles come first
  private static final int PNG_WIDTH = 16;
  private static final int PNG_HEIGHT = 20;
  private static final int PNG_HEADER_BYTES = 33;
  private static final ValueLayout.OfInt BIG_ENDIAN =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  /// Number of pixels.
  public long pixels() {
    return (long) widthPx * heightPx;
  }

  /// Reads the header of a JPEG or PNG file.
  ///
  /// @throws ImageException if the file is missing or not an image of these kinds
  public static ImageSize read(Path file) {
    byte[] start;
    try {
      ImageFile.requireFile(file);
      try (var in = Files.newInputStream(file)) {
        start = in.readNBytes(PREFIX_BYTES);
      }
    } catch (NoSuchFileException e) {
      throw new ImageException(
          "cannot read " + file + ": there is no such file; check the path or restore the file", e);
    } catch (IOException e) {
      throw new ImageException(
          "cannot read %s: %s; check the file and its permissions"
              .formatted(file, ImageException.reason(e)),
          e);
    }
    try {
      return of(MemorySegment.ofArray(start), file.toString());
    } catch (ImageException e) {
      if (start.length < PREFIX_BYTES) {
        throw e;
      }
    }
    try (var memory = new GrowableMemory(Arena::ofConfined)) { // a longer header
      return of(ImageFile.read(file, memory), file.toString());
    }
  }

  private static ImageSize of(MemorySegment file, String source) {
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
    throw OtherFormat.refused(file, source);
  }
}
