package toco.image;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import toco.config.PixelWindow;
import toco.image.formats.Samples;

/// Converts samples to 8-bit RGB as Pillow does; further channels, such as alpha, are dropped.
final class SampleColours {
  private final Samples samples;
  private final int bands;
  private final int used;
  private final int[] row;
  private final byte[] rgb;

  private SampleColours(Samples samples) {
    this.samples = samples;
    bands = samples.rows().bands();
    used =
        switch (samples.colours()) {
          case GREY, WHITE_IS_ZERO, PALETTE -> 1;
          case RGB -> 3;
          case CMYK -> 4;
        };
    row = new int[samples.rows().widthPx() * bands];
    rgb = new byte[samples.rows().widthPx() * 3];
  }

  /// @param memory allocates native memory of exactly so many bytes for the pixels
  static RgbImage toRgb(
      Samples samples, @Nullable PixelWindow window, LongFunction<MemorySegment> memory) {
    return new SampleColours(samples).convert(window, memory);
  }

  private RgbImage convert(@Nullable PixelWindow window, LongFunction<MemorySegment> memory) {
    int width = samples.rows().widthPx();
    int height = samples.rows().heightPx();
    var levels = samples.isDeep() ? Levels.of(samples, used, window) : null;
    var pixels = memory.apply(3L * width * height);
    var numbers = samples.rows().isWhole() ? new double[0] : new double[row.length];
    for (int y = 0; y < height; y++) {
      if (levels == null) {
        samples.rows().read(y, row);
        convertRow();
      } else if (samples.rows().isWhole()) {
        samples.rows().read(y, row);
        for (int x = 0; x < width; x++) {
          for (int c = 0; c < 3; c++) {
            rgb[3 * x + c] = (byte) levels.of(row[x * bands + (used == 3 ? c : 0)]);
          }
        }
      } else {
        samples.rows().read(y, numbers);
        for (int x = 0; x < width; x++) {
          for (int c = 0; c < 3; c++) {
            rgb[3 * x + c] = (byte) levels.of(numbers[x * bands + (used == 3 ? c : 0)]);
          }
        }
      }
      MemorySegment.copy(rgb, 0, pixels, ValueLayout.JAVA_BYTE, (long) y * rgb.length, rgb.length);
    }
    return new RgbImage(pixels, width, height);
  }

  private void convertRow() {
    switch (samples.colours()) {
      case GREY, WHITE_IS_ZERO -> {
        int most = (1 << samples.bits()) - 1;
        for (int x = 0; 3 * x < rgb.length; x++) {
          int level = row[x * bands] * 255 / most;
          fill(x, (samples.isInverted() ? 255 - level : level) * 0x010101);
        }
      }
      case PALETTE -> {
        int[] palette = Objects.requireNonNull(samples.palette());
        for (int x = 0; 3 * x < rgb.length; x++) {
          fill(x, palette[row[x * bands] & (palette.length - 1)]);
        }
      }
      case RGB -> {
        for (int x = 0; 3 * x < rgb.length; x++) {
          for (int c = 0; c < 3; c++) {
            rgb[3 * x + c] = (byte) row[x * bands + c];
          }
        }
      }
      case CMYK -> {
        for (int x = 0; 3 * x < rgb.length; x++) {
          int light = 255 - row[x * bands + 3];
          for (int c = 0; c < 3; c++) {
            rgb[3 * x + c] = (byte) JpegColours.underBlack(row[x * bands + c], light);
          }
        }
      }
    }
  }

  private void fill(int x, int colour) {
    rgb[3 * x] = (byte) (colour >> 16);
    rgb[3 * x + 1] = (byte) (colour >> 8);
    rgb[3 * x + 2] = (byte) colour;
  }
}
