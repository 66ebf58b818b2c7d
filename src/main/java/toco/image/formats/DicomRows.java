package toco.image.formats;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Rows of uncompressed DICOM pixels, read where they are in the file's memory.
///
/// @param pixels the pixel data
/// @param bytes of a sample: 1, 2 or 4
/// @param planes whether channels are apart
/// @param bits that a sample uses, of those above `shift`
/// @param isSwapped whether bytes are in big-endian words
/// @param isYbr whether channels are YBR_FULL
record DicomRows(
    MemorySegment pixels,
    ByteOrder order,
    int widthPx,
    int heightPx,
    int bands,
    int bytes,
    boolean planes,
    int bits,
    int shift,
    boolean isSigned,
    boolean isSwapped,
    boolean isYbr)
    implements SampleRows {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort BIG_SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt BIG_INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private boolean isLittle() {
    return order == ByteOrder.LITTLE_ENDIAN;
  }

  @Override
  public boolean isWhole() {
    return true;
  }

  @Override
  public void read(int y, int[] samples) {
    long plane = (long) widthPx * heightPx;
    for (int x = 0; x < widthPx; x++) {
      long pixel = (long) y * widthPx + x;
      for (int band = 0; band < bands; band++) {
        samples[x * bands + band] = sample(planes ? band * plane + pixel : pixel * bands + band);
      }
      if (isYbr) {
        toRgb(samples, 3 * x);
      }
    }
  }

  @Override
  public void read(int y, double[] samples) {
    throw new UnsupportedOperationException("the samples are whole numbers");
  }

  /// Unused bits may hold anything, such as old overlays.
  private int sample(long index) {
    int raw =
        switch (bytes) {
          case 1 -> pixels.get(ValueLayout.JAVA_BYTE, isSwapped ? index ^ 1 : index);
          case 2 -> pixels.get(isLittle() ? SHORT : BIG_SHORT, 2 * index);
          default -> pixels.get(isLittle() ? INT : BIG_INT, 4 * index);
        };
    int left = raw << (Integer.SIZE - bits - shift);
    return isSigned ? left >> (Integer.SIZE - bits) : left >>> (Integer.SIZE - bits);
  }

  /// PS3.3, C.7.6.3.1.2.
  private static void toRgb(int[] samples, int at) {
    double luma = samples[at];
    double blue = samples[at + 1] - 128.0;
    double red = samples[at + 2] - 128.0;
    samples[at] = level(luma + 1.402 * red);
    samples[at + 1] = level(luma - (0.114 * 1.772 / 0.587) * blue - (0.299 * 1.402 / 0.587) * red);
    samples[at + 2] = level(luma + 1.772 * blue);
  }

  private static int level(double value) {
    return (int) Math.clamp(Math.floor(value + 0.5), 0, 255);
  }
}
