package toco.image;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import toco.torch.Tensor;

/// Tone curves of an 8-bit image in host memory: one table of 256 levels per channel, made from the
/// channel's histogram.
final class ChannelTables {
  private static final int CHANNELS = 3;
  private static final int LEVELS = 256;

  private ChannelTables() {}

  /// The new level of each level of a channel.
  private interface Curve {
    /// @param histogram \[256] pixels of each level
    /// @param pixels of the image
    /// @return \[256], or the identity's table
    byte[] of(int[] histogram, int pixels);
  }

  static void autocontrast_(Tensor image) {
    apply(image, (histogram, _) -> stretched(histogram));
  }

  static void equalize_(Tensor image) {
    apply(image, ChannelTables::equalized);
  }

  static void posterize_(Tensor image, int bits) {
    var levels = pixels(image);
    int mask = PixelTensors.highestBits(bits);
    for (long i = 0; i < levels.byteSize(); i++) {
      levels.set(ValueLayout.JAVA_BYTE, i, (byte) (levels.get(ValueLayout.JAVA_BYTE, i) & mask));
    }
  }

  /// The least level becomes 0, the greatest 255; a channel of one level stays.
  private static byte[] stretched(int[] histogram) {
    int low = 0;
    while (histogram[low] == 0) {
      low++;
    }
    int high = LEVELS - 1;
    while (histogram[high] == 0) {
      high--;
    }
    var table = new byte[LEVELS];
    double scale = high == low ? 1 : 255.0 / (high - low);
    double offset = high == low ? 0 : -low * scale;
    for (int v = 0; v < LEVELS; v++) {
      table[v] = (byte) Math.clamp((int) (v * scale + offset), 0, 255);
    }
    return table;
  }

  /// Equal numbers of pixels in equal ranges of levels, as far as levels are not split.
  private static byte[] equalized(int[] histogram, int pixels) {
    int high = LEVELS - 1;
    while (histogram[high] == 0) {
      high--;
    }
    int step = (pixels - histogram[high]) / 255; // 0 also for a channel of one level
    var table = new byte[LEVELS];
    long sum = step / 2;
    for (int v = 0; v < LEVELS; v++) {
      table[v] = (byte) (step == 0 ? v : Math.min(255, sum / step));
      sum += histogram[v];
    }
    return table;
  }

  private static void apply(Tensor image, Curve curve) {
    var levels = pixels(image);
    int size = Math.toIntExact(levels.byteSize());
    var histograms = new int[CHANNELS][LEVELS];
    for (int i = 0; i < size; i += CHANNELS) {
      histograms[0][level(levels, i)]++;
      histograms[1][level(levels, i + 1)]++;
      histograms[2][level(levels, i + 2)]++;
    }
    int pixels = size / CHANNELS;
    var red = curve.of(histograms[0], pixels);
    var green = curve.of(histograms[1], pixels);
    var blue = curve.of(histograms[2], pixels);
    for (int i = 0; i < size; i += CHANNELS) {
      levels.set(ValueLayout.JAVA_BYTE, i, red[level(levels, i)]);
      levels.set(ValueLayout.JAVA_BYTE, i + 1, green[level(levels, i + 1)]);
      levels.set(ValueLayout.JAVA_BYTE, i + 2, blue[level(levels, i + 2)]);
    }
  }

  private static int level(MemorySegment levels, int i) {
    return levels.get(ValueLayout.JAVA_BYTE, i) & 0xFF;
  }

  private static MemorySegment pixels(Tensor image) {
    PixelTensors.requireRgb(image);
    return image.segment();
  }
}
