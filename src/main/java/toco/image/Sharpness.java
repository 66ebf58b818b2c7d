package toco.image;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import toco.torch.Tensor;

/// Blends an 8-bit image in host memory with its smoothed copy, a 3 × 3 mean with weight 5 in the
/// middle; the outermost pixels stay. Three rows of the original are kept, so nothing else is
/// copied.
final class Sharpness {
  private static final int CHANNELS = 3;
  private static final int WEIGHTS = 13;

  private final MemorySegment levels;
  private final int rowBytes;
  private final int rows;
  private final float factor;

  private Sharpness(Tensor image, float factor) {
    PixelTensors.requireRgb(image);
    this.factor = factor;
    levels = image.segment();
    rows = Math.toIntExact(image.size(0));
    rowBytes = Math.toIntExact(image.size(1)) * CHANNELS;
  }

  static void blend_(Tensor image, double factor) {
    new Sharpness(image, (float) factor).blend();
  }

  private void blend() {
    if (rows < 3 || rowBytes < 3 * CHANNELS) {
      return;
    }
    var above = row(0, new byte[rowBytes]);
    var here = row(1, new byte[rowBytes]);
    var below = new byte[rowBytes];
    var out = new byte[rowBytes];
    for (int y = 1; y < rows - 1; y++) {
      row(y + 1, below);
      System.arraycopy(here, 0, out, 0, rowBytes);
      blendRow(above, here, below, out);
      MemorySegment.copy(out, 0, levels, ValueLayout.JAVA_BYTE, (long) y * rowBytes, rowBytes);
      var free = above;
      above = here;
      here = below;
      below = free;
    }
  }

  private byte[] row(int y, byte[] into) {
    MemorySegment.copy(levels, ValueLayout.JAVA_BYTE, (long) y * rowBytes, into, 0, rowBytes);
    return into;
  }

  private void blendRow(byte[] above, byte[] here, byte[] below, byte[] out) {
    for (int i = CHANNELS; i < rowBytes - CHANNELS; i++) {
      int level = here[i] & 0xFF;
      int sum =
          column(above, here, below, i - CHANNELS)
              + column(above, here, below, i)
              + column(above, here, below, i + CHANNELS)
              + 4 * level;
      int smooth = (2 * sum + WEIGHTS) / (2 * WEIGHTS); // to nearest; 13 is odd, so no ties
      float mixed = smooth + factor * (level - smooth);
      out[i] = (byte) (int) Math.clamp(mixed, 0f, 255f);
    }
  }

  private static int column(byte[] above, byte[] here, byte[] below, int i) {
    return (above[i] & 0xFF) + (here[i] & 0xFF) + (below[i] & 0xFF);
  }
}
