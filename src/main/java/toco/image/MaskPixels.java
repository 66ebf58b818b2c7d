package toco.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/// The raw samples of a PNG that is a mask.
///
/// @param source its name, for error messages
/// @param bands samples per pixel
/// @param palette null for a PNG without one
record MaskPixels(
    String source, Raster raster, int bands, int bitDepth, @Nullable IndexColorModel palette) {

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
    var raster = image.getRaster();
    return new MaskPixels(
        source,
        raster,
        raster.getNumBands(),
        PngRaster.bitDepth(file),
        image.getColorModel() instanceof IndexColorModel colours ? colours : null);
  }

  int width() {
    return raster.getWidth();
  }

  int height() {
    return raster.getHeight();
  }

  /// Whether the pixels have three colour channels.
  boolean isColoured() {
    return bands >= 3;
  }

  /// The first channel: an index or a grey level.
  int sample(int[] samples, int x) {
    return samples[x * bands];
  }

  /// The colour, `0xRRGGBB`.
  int colour(int[] samples, int x) {
    int first = samples[x * bands];
    if (palette != null) {
      return palette.getRGB(first) & 0xFFFFFF;
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
      raster.getPixels(0, y, width, 1, samples);
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
    var first = raster.getPixel(0, 0, (int[]) null);
    var samples = new int[width() * bands];
    boolean alphaDiffers = false;
    for (int y = 0; y < height(); y++) {
      raster.getPixels(0, y, width(), 1, samples);
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
