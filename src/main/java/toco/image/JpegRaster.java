package toco.image;

import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.stream.MemoryCacheImageInputStream;

/// JPEG through the JDK's libjpeg, which stops at the *raw* components: the conversion to RGB is
/// done here in libjpeg's own integer arithmetic, so that neither colour profiles nor the JDK's
/// colour management can alter a value, and CMYK is readable at all.
final class JpegRaster {
  private static final String REMEDY = "replace it with an intact file, or take it off the list";

  // libjpeg's YCbCr coefficients in 16-bit fixed point, with its rounding
  private static final int HALF = 1 << 15;
  private static final int CR_TO_RED = 91_881; // 1.40200
  private static final int CB_TO_BLUE = 116_130; // 1.77200
  private static final int CR_TO_GREEN = -46_802; // 0.71414
  private static final int CB_TO_GREEN = -22_554; // 0.34414

  private JpegRaster() {}

  static boolean isJpeg(byte[] file) {
    return file.length >= 3
        && (file[0] & 0xFF) == 0xFF
        && (file[1] & 0xFF) == 0xD8
        && (file[2] & 0xFF) == 0xFF;
  }

  static RgbImage decode(byte[] file, String source, Arena arena) {
    var header = JpegHeader.parse(file, source);
    Raster raster = readRaw(file, source);
    int width = header.widthPx();
    int height = header.heightPx();
    int components = header.colours().components;
    if (raster.getWidth() != width
        || raster.getHeight() != height
        || raster.getNumBands() != components) {
      throw ImageException.unreadable(source, "its headers contradict each other", REMEDY);
    }
    MemorySegment pixels = arena.allocate(3L * width * height);
    var raw = new byte[width * components];
    var rgb = new byte[width * 3];
    for (int y = 0; y < height; y++) {
      raster.getDataElements(0, y, width, 1, raw);
      toRgb(header.colours(), raw, rgb);
      MemorySegment.copy(rgb, 0, pixels, ValueLayout.JAVA_BYTE, (long) y * rgb.length, rgb.length);
    }
    return new RgbImage(pixels, width, height);
  }

  private static Raster readRaw(byte[] file, String source) {
    var truncated = new AtomicBoolean();
    ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
    try (var input = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      reader.setInput(input, true, true);
      // libjpeg fills what is missing with grey and merely warns
      reader.addIIOReadWarningListener(
          (IIOReadWarningListener)
              (_, warning) -> {
                if (warning.contains("EOI")) {
                  truncated.set(true);
                }
              });
      Raster raster = reader.readRaster(0, null);
      if (truncated.get()) {
        throw ImageException.unreadable(source, "the JPEG is truncated", REMEDY);
      }
      return raster;
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      if (e instanceof ImageException ours) {
        throw ours;
      }
      throw new ImageException(
          "cannot read %s: %s; %s".formatted(source, ImageException.reason(e), REMEDY), e);
    } finally {
      reader.dispose();
    }
  }

  /// Converts one row of interleaved components.
  private static void toRgb(JpegHeader.Colours colours, byte[] raw, byte[] rgb) {
    int width = rgb.length / 3;
    switch (colours) {
      case RGB -> System.arraycopy(raw, 0, rgb, 0, rgb.length);
      case GREY -> {
        for (int x = 0; x < width; x++) {
          rgb[3 * x] = raw[x];
          rgb[3 * x + 1] = raw[x];
          rgb[3 * x + 2] = raw[x];
        }
      }
      case YCBCR -> {
        for (int x = 0; x < width; x++) {
          fromYcc(raw, 3 * x, rgb, 3 * x);
        }
      }
      case CMYK -> {
        for (int x = 0; x < width; x++) {
          int white = raw[4 * x + 3] & 0xFF;
          for (int c = 0; c < 3; c++) {
            rgb[3 * x + c] = (byte) underBlack(255 - (raw[4 * x + c] & 0xFF), white);
          }
        }
      }
      case YCCK -> {
        for (int x = 0; x < width; x++) {
          int white = raw[4 * x + 3] & 0xFF;
          fromYcc(raw, 4 * x, rgb, 3 * x);
          for (int c = 0; c < 3; c++) { // the three are inverted once in the file and once here
            rgb[3 * x + c] = (byte) underBlack(rgb[3 * x + c] & 0xFF, white);
          }
        }
      }
    }
  }

  private static void fromYcc(byte[] raw, int from, byte[] rgb, int to) {
    int luma = raw[from] & 0xFF;
    int cb = (raw[from + 1] & 0xFF) - 128;
    int cr = (raw[from + 2] & 0xFF) - 128;
    rgb[to] = clip(luma + ((CR_TO_RED * cr + HALF) >> 16));
    rgb[to + 1] = clip(luma + ((CB_TO_GREEN * cb + CR_TO_GREEN * cr + HALF) >> 16));
    rgb[to + 2] = clip(luma + ((CB_TO_BLUE * cb + HALF) >> 16));
  }

  /// `white − ink·white/255`, rounded; `white` is 255 minus the black ink.
  private static int underBlack(int ink, int white) {
    int product = ink * white + 128;
    return Math.max(0, white - (((product >> 8) + product) >> 8));
  }

  private static byte clip(int value) {
    return (byte) Math.clamp(value, 0, 255);
  }
}
