package toco.image;

/// Converts rows of JPEG components to RGB, in libjpeg's integer arithmetic.
final class JpegColours {
  // libjpeg's YCbCr coefficients in 16-bit fixed point, with its rounding
  private static final int HALF = 1 << 15;
  private static final int CR_TO_RED = 91_881; // 1.40200
  private static final int CB_TO_BLUE = 116_130; // 1.77200
  private static final int CR_TO_GREEN = -46_802; // 0.71414
  private static final int CB_TO_GREEN = -22_554; // 0.34414

  private JpegColours() {}

  /// Converts one row of interleaved components.
  static void toRgb(JpegHeader.Colours colours, byte[] raw, byte[] rgb) {
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
          for (int c = 0; c < 3; c++) { // inverted in the file, and inverted again here
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
  static int underBlack(int ink, int white) {
    int product = ink * white + 128;
    return Math.max(0, white - (((product >> 8) + product) >> 8));
  }

  private static byte clip(int value) {
    return (byte) Math.clamp(value, 0, 255);
  }
}
