package toco.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.LongFunction;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.jspecify.annotations.Nullable;
import toco.config.PixelWindow;
import toco.image.formats.SampleRows;
import toco.image.formats.Samples;

/// Decodes PNG with the JDK's reader to raw samples, without gamma, profile or transparency. Masks
/// are decoded by [MaskDecoder].
final class PngRaster {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  private static final int HEADER_BYTES = 33; // signature and the IHDR chunk
  private static final int IEND = 0x49454E44;
  private static final int EXIF = 0x65584966;
  private static final ValueLayout.OfInt BIG_ENDIAN =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final int GREY = 0;
  private static final long MAX_INFLATION = 1032; // of deflate: at most 258 bytes from 2 bits
  private static final String REMEDY = "replace it with an intact PNG, or remove it from the list";

  private PngRaster() {}

  static boolean isPng(MemorySegment file) {
    return file.byteSize() >= SIGNATURE.length
        && file.asSlice(0, SIGNATURE.length).mismatch(MemorySegment.ofArray(SIGNATURE)) < 0;
  }

  /// @param window of 16-bit samples; null: as Pillow reads them
  /// @param memory allocates native memory of exactly so many bytes for the pixels
  static RgbImage decodeRgb(
      MemorySegment encoded,
      String source,
      @Nullable PixelWindow window,
      LongFunction<MemorySegment> memory) {
    byte[] file = encoded.toArray(ValueLayout.JAVA_BYTE);
    BufferedImage image = read(file, source);
    if (bitDepth(file) == 16 && window != null && window != PixelWindow.Own.DICOM) {
      boolean isGrey = image.getRaster().getNumBands() < 3;
      var colours = isGrey ? Samples.Colours.GREY : Samples.Colours.RGB;
      var samples = Samples.of(SampleRows.of(image.getRaster()), colours, 16);
      return SampleColours.toRgb(samples, window, memory);
    }
    int width = image.getWidth();
    int height = image.getHeight();
    var raster = image.getRaster();
    int bands = raster.getNumBands();
    var palette = image.getColorModel() instanceof IndexColorModel colours ? colours : null;
    int bitDepth = bitDepth(file);
    boolean clipped = bitDepth == 16 && colourType(file) == GREY; // as Pillow: not divided by 256
    MemorySegment pixels = memory.apply(3L * width * height);
    var samples = new int[width * bands];
    var rgb = new byte[width * 3];
    for (int y = 0; y < height; y++) {
      raster.getPixels(0, y, width, 1, samples);
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++) {
          int sample = samples[x * bands + (bands >= 3 ? c : 0)];
          if (palette != null) {
            sample = palette.getRGB(sample) >> (16 - 8 * c) & 0xFF;
          } else if (clipped) {
            sample = Math.min(sample, 255);
          } else if (bitDepth == 16) {
            sample >>= 8;
          }
          rgb[3 * x + c] = (byte) sample;
        }
      }
      MemorySegment.copy(rgb, 0, pixels, ValueLayout.JAVA_BYTE, (long) y * rgb.length, rgb.length);
    }
    return new RgbImage(pixels, width, height);
  }

  /// The EXIF data; null if there are none, or the file is damaged before them.
  static @Nullable MemorySegment exif(MemorySegment file) {
    long at = SIGNATURE.length;
    while (file.byteSize() - at >= 12) {
      long length = Integer.toUnsignedLong(file.get(BIG_ENDIAN, at));
      int kind = file.get(BIG_ENDIAN, at + 4);
      if (kind == IEND || length > file.byteSize() - at - 12) {
        return null;
      }
      if (kind == EXIF) {
        return file.asSlice(at + 8, length);
      }
      at += 12 + length;
    }
    return null;
  }

  static int bitDepth(byte[] file) {
    return file[24];
  }

  static int colourType(byte[] file) {
    return file[25];
  }

  static BufferedImage read(byte[] file, String source) {
    if (file.length < HEADER_BYTES) {
      throw ImageException.unreadable(source, "the PNG is truncated in its header", REMEDY);
    }
    var header = ByteBuffer.wrap(file);
    checkSize(file, source, header.getInt(16), header.getInt(20));
    checkChunks(file, source);
    ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
    try (var input = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      reader.setInput(input, true, true);
      return reader.read(0);
    } catch (OutOfMemoryError e) {
      throw ImageException.heap(source, header.getInt(16), header.getInt(20), e);
    } catch (IOException | RuntimeException e) {
      var cause = e.getCause() == null ? e : e.getCause();
      throw new ImageException(
          "cannot read %s: %s; %s".formatted(source, ImageException.reason(cause), REMEDY), e);
    } finally {
      reader.dispose();
    }
  }

  /// Rejects a size larger than the file could inflate to: a damaged header can claim any size.
  private static void checkSize(byte[] file, String source, int width, int height) {
    ImageDecoder.checkSize(source, width, height);
    int samples =
        switch (colourType(file)) {
          case 2 -> 3; // RGB
          case 4 -> 2; // grey and alpha
          case 6 -> 4; // RGB and alpha
          default -> 1;
        };
    long rowBytes = Math.ceilDiv((long) width * samples * bitDepth(file), Byte.SIZE);
    if (rowBytes * height > MAX_INFLATION * file.length) {
      throw ImageException.unreadable(
          source,
          "the PNG is truncated: its header claims %s×%s px, which %s bytes cannot hold"
              .formatted(width, height, file.length),
          REMEDY);
    }
    long pixels = (long) width * height;
    ImageDecoder.checkMemory(source, width, height, rowBytes * height + 3 * pixels);
  }

  /// Every chunk must be complete and match its checksum, since a damaged mask could otherwise
  /// decode to wrong labels.
  private static void checkChunks(byte[] bytes, String source) {
    var file = ByteBuffer.wrap(bytes);
    int at = SIGNATURE.length;
    while (true) {
      int length = file.limit() - at >= 8 ? file.getInt(at) : Integer.MAX_VALUE;
      if (length < 0 || length > file.limit() - at - 12) {
        throw ImageException.unreadable(source, "the PNG is truncated", REMEDY);
      }
      var checksum = new CRC32();
      checksum.update(bytes, at + 4, length + 4);
      if ((int) checksum.getValue() != file.getInt(at + 8 + length)) {
        throw ImageException.unreadable(source, "the PNG is damaged (a checksum differs)", REMEDY);
      }
      if (file.getInt(at + 4) == IEND) {
        return;
      }
      at += 12 + length;
    }
  }
}
