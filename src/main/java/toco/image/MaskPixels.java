package toco.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;
import toco.image.formats.SampleRows;
import toco.image.formats.Samples;

/// The raw samples of a file that is a mask.
///
/// @param source its name, for error messages
/// @param bands samples per pixel
/// @param palette `0xRRGGBB` of each index; null for a file without one
/// @param white the sample that means 0, where greater samples are darker; otherwise 0
@SuppressWarnings("ArrayRecordComponent") // read only
record MaskPixels(
    String source, SampleRows rows, int bands, int bitDepth, int @Nullable [] palette, int white) {

  /// Where the first value that has no label is, and on how many pixels that value is.
  ///
  /// @param pixels 0 if every value has a label
  record Unknown(int value, int x, int y, long pixels) {}

  /// One value of a pixel.
  @FunctionalInterface
  interface Value {
    /// @param samples of one row, interleaved
    int at(int[] samples, int x);
  }

  /// @throws ImageException if the file is damaged
  static MaskPixels read(MemorySegment encoded, String source) {
    byte[] file = encoded.toArray(ValueLayout.JAVA_BYTE);
    BufferedImage image = PngRaster.read(file, source);
    var rows = SampleRows.of(image.getRaster());
    int[] palette = null;
    if (image.getColorModel() instanceof IndexColorModel colours) {
      palette = new int[colours.getMapSize()];
      colours.getRGBs(palette);
    }
    return new MaskPixels(source, rows, rows.bands(), PngRaster.bitDepth(file), palette, 0);
  }

  /// Those of another format.
  ///
  /// @throws ImageException if they are no whole numbers or colours
  static MaskPixels of(Samples samples, String source) {
    var rows = samples.rows();
    if (!rows.isWhole() || samples.colours() == Samples.Colours.CMYK) {
      throw ImageException.unreadable(
          source,
          rows.isWhole() ? "its colours are CMYK" : "its samples are no whole numbers",
          "save class indices as grey levels or palette");
    }
    boolean isColoured = samples.colours() == Samples.Colours.RGB;
    int white = samples.isInverted() ? (1 << Math.min(samples.bits(), 16)) - 1 : 0;
    int bands = isColoured ? rows.bands() : Math.min(rows.bands(), 2);
    return new MaskPixels(source, rows, bands, samples.bits(), samples.palette(), white);
  }

  int width() {
    return rows.widthPx();
  }

  int height() {
    return rows.heightPx();
  }

  /// Whether the pixels have three colour channels.
  boolean isColoured() {
    return bands >= 3;
  }

  /// The first channel: an index or a grey level.
  int sample(int[] samples, int x) {
    return white == 0 ? samples[x * bands] : white - samples[x * bands];
  }

  /// The colour, `0xRRGGBB`.
  int colour(int[] samples, int x) {
    int first = sample(samples, x);
    if (palette != null) {
      return palette[first] & 0xFFFFFF;
    }
    if (bands < 3) {
      return to8Bits(first) * 0x010101;
    }
    int green = samples[x * bands + 1];
    int blue = samples[x * bands + 2];
    return to8Bits(first) << 16 | to8Bits(green) << 8 | to8Bits(blue);
  }

  private int to8Bits(int sample) {
    return bitDepth == 16 ? sample >> 8 : sample;
  }

  /// Writes a label for each pixel.
  ///
  /// @param labels [height, width] uint8, overwritten
  /// @param label of a value; −1: none
  Unknown label(MemorySegment labels, Value value, IntUnaryOperator label) {
    int width = width();
    var samples = new int[width * bands];
    var row = new byte[width];
    var unknown = new Unknown(0, 0, 0, 0);
    int last = -1; // neighbours mostly have one value
    int lastLabel = -1;
    for (int y = 0; y < height(); y++) {
      rows.read(y, samples);
      for (int x = 0; x < width; x++) {
        int of = value.at(samples, x);
        if (of != last) {
          last = of;
          lastLabel = label.applyAsInt(of);
        }
        if (lastLabel < 0 && (unknown.pixels() == 0 || unknown.value() == of)) {
          unknown =
              unknown.pixels() == 0
                  ? new Unknown(of, x, y, 1)
                  : new Unknown(of, unknown.x(), unknown.y(), unknown.pixels() + 1);
        }
        row[x] = (byte) lastLabel;
      }
      MemorySegment.copy(row, 0, labels, ValueLayout.JAVA_BYTE, (long) y * width, width);
    }
    return unknown;
  }

  /// A mask that is drawn in the alpha channel would give one label everywhere.
  ///
  /// @throws ImageException if only alpha differs between pixels
  void requireShapeInColours() {
    if (palette != null || bands % 2 == 1) {
      return; // without alpha
    }
    var samples = new int[width() * bands];
    rows.read(0, samples);
    var first = Arrays.copyOf(samples, bands);
    boolean alphaDiffers = false;
    for (int y = 0; y < height(); y++) {
      rows.read(y, samples);
      for (int i = 0; i < samples.length; i++) {
        boolean differs = samples[i] != first[i % bands];
        if (differs && i % bands < bands - 1) {
          return;
        }
        alphaDiffers |= differs;
      }
    }
    if (alphaDiffers) {
      throw ImageException.unreadable(
          source,
          "all its pixels have one colour, and only their transparency differs",
          "save class indices as grey levels or palette, not as transparency");
    }
  }
}
