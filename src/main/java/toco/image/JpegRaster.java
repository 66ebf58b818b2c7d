package toco.image;

import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.stream.MemoryCacheImageInputStream;

/// Decodes JPEG with the JDK's libjpeg to *raw* components. The conversion to RGB is done here, in
/// libjpeg's integer arithmetic, so that neither colour profiles nor the JDK's colour management
/// change a value, and CMYK can be read.
final class JpegRaster implements JpegDecoder {
  @Override
  public void decode(
      MemorySegment file,
      JpegHeader header,
      String source,
      MemorySegment rgb,
      GrowableMemory scratch) {
    if (header.arithmetic()) {
      throw ImageException.unreadable(
          source,
          "it is arithmetic-coded, which the JDK's decoder does not read",
          TurboJpeg.INSTALL + ", or save it as an ordinary JPEG");
    }
    JpegScans.check(file, header, source);
    Raster raster = readRaw(file.toArray(ValueLayout.JAVA_BYTE), source);
    int width = header.widthPx();
    int height = header.heightPx();
    int components = header.colours().components;
    if (raster.getWidth() != width
        || raster.getHeight() != height
        || raster.getNumBands() != components) {
      throw ImageException.unreadable(source, "its headers are inconsistent", REMEDY);
    }
    var rows = new SmoothRows(raster, header);
    var rgbRow = new byte[width * 3];
    for (int y = 0; y < height; y++) {
      JpegColours.toRgb(header.colours(), rows.row(y), rgbRow);
      MemorySegment.copy(
          rgbRow, 0, rgb, ValueLayout.JAVA_BYTE, (long) y * rgbRow.length, rgbRow.length);
    }
  }

  private static Raster readRaw(byte[] file, String source) {
    var truncated = new AtomicBoolean();
    ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
    try (var input = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      reader.setInput(input, true, true);
      // libjpeg fills missing data with grey and only warns
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

  /// The raster's rows, with components of half height upsampled smoothly, as libjpeg-turbo does.
  /// The JDK's older libjpeg only repeats their rows, so the original samples are still available.
  private static final class SmoothRows {
    private static final int NEAR_WEIGHT = 3; // of 4; the other neighbouring row has weight 1

    private final Raster raster;
    private final boolean[] halfHeight;
    private final boolean anyHalfHeight;
    private final byte[] row;
    private final byte[] other;

    SmoothRows(Raster raster, JpegHeader header) {
      this.raster = raster;
      int bands = raster.getNumBands();
      halfHeight = new boolean[bands];
      boolean any = false;
      for (int c = 0; c < bands; c++) {
        var component = header.components().get(c);
        halfHeight[c] =
            component.horizontal() == header.maxHorizontal()
                && component.vertical() * 2 == header.maxVertical();
        any |= halfHeight[c];
      }
      anyHalfHeight = any;
      row = new byte[raster.getWidth() * bands];
      other = new byte[row.length];
    }

    /// Interleaved components; valid until the next call.
    byte[] row(int y) {
      int width = raster.getWidth();
      raster.getDataElements(0, y, width, 1, row);
      if (anyHalfHeight) {
        boolean upper = y % 2 == 0; // the upper of the two rows of one row of samples
        int neighbour = Math.clamp(upper ? y - 1 : y + 1, 0, raster.getHeight() - 1);
        raster.getDataElements(0, neighbour, width, 1, other);
        int rounding = upper ? 1 : 2; // alternates, to avoid a bias
        for (int i = 0; i < row.length; i++) {
          if (halfHeight[i % halfHeight.length]) {
            int sum = NEAR_WEIGHT * (row[i] & 0xFF) + (other[i] & 0xFF) + rounding;
            row[i] = (byte) (sum >> 2);
          }
        }
      }
      return row;
    }
  }
}
