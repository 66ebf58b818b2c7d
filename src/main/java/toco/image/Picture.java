package toco.image;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// A picture on the heap to draw on, for display, not for training.
///
/// @param rgb [heightPx, widthPx] as 0xRRGGBB; drawing changes it in place
/// @param widthPx columns, at least 1
/// @param heightPx rows, at least 1
@SuppressWarnings("ArrayRecordComponent") // a mutable canvas
public record Picture(int[] rgb, int widthPx, int heightPx) {
  public Picture {
    if (widthPx < 1 || heightPx < 1 || rgb.length != widthPx * heightPx) {
      throw new IllegalArgumentException(
          "a %s×%s picture has %s pixels, got %s"
              .formatted(widthPx, heightPx, widthPx * heightPx, rgb.length));
    }
  }

  /// A picture of one colour.
  public static Picture filled(int widthPx, int heightPx, int colour) {
    var rgb = new int[widthPx * heightPx];
    Arrays.fill(rgb, colour);
    return new Picture(rgb, widthPx, heightPx);
  }

  /// A copy of an image.
  public static Picture of(RgbImage image) {
    var rgb = new int[image.widthPx() * image.heightPx()];
    byte[] samples = image.pixels().toArray(ValueLayout.JAVA_BYTE);
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] =
          ((samples[3 * i] & 0xFF) << 16)
              | ((samples[3 * i + 1] & 0xFF) << 8)
              | (samples[3 * i + 2] & 0xFF);
    }
    return new Picture(rgb, image.widthPx(), image.heightPx());
  }

  /// A label map in the VOC colours.
  public static Picture of(LabelMap map) {
    byte[] labels = map.labels().toArray(ValueLayout.JAVA_BYTE);
    var rgb = new int[labels.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = VocPalette.rgb(labels[i] & 0xFF);
    }
    return new Picture(rgb, map.widthPx(), map.heightPx());
  }

  /// A copy scaled so that its longer side is `sidePx`: enlarged by repeating pixels, reduced by
  /// averaging them.
  public Picture fittedTo(int sidePx) {
    double scale = (double) sidePx / Math.max(widthPx, heightPx);
    int width = Math.max(1, (int) Math.round(widthPx * scale));
    int height = Math.max(1, (int) Math.round(heightPx * scale));
    var scaled = new int[width * height];
    for (int y = 0; y < height; y++) {
      int top = (int) ((long) y * heightPx / height);
      int bottom = Math.max(top + 1, (int) ((long) (y + 1) * heightPx / height));
      for (int x = 0; x < width; x++) {
        int left = (int) ((long) x * widthPx / width);
        int right = Math.max(left + 1, (int) ((long) (x + 1) * widthPx / width));
        scaled[y * width + x] = mean(left, top, right, bottom);
      }
    }
    return new Picture(scaled, width, height);
  }

  /// Draws another picture with its top-left corner here; parts outside are clipped.
  public void draw(Picture other, int leftPx, int topPx) {
    for (int y = 0; y < other.heightPx; y++) {
      for (int x = 0; x < other.widthPx; x++) {
        set(leftPx + x, topPx + y, other.rgb[y * other.widthPx + x]);
      }
    }
  }

  /// Draws a rectangle's outline, one pixel wide, inside its bounds.
  public void drawBox(int leftPx, int topPx, int boxWidthPx, int boxHeightPx, int colour) {
    for (int x = leftPx; x < leftPx + boxWidthPx; x++) {
      set(x, topPx, colour);
      set(x, topPx + boxHeightPx - 1, colour);
    }
    for (int y = topPx; y < topPx + boxHeightPx; y++) {
      set(leftPx, y, colour);
      set(leftPx + boxWidthPx - 1, y, colour);
    }
  }

  void set(int x, int y, int colour) {
    if (x >= 0 && x < widthPx && y >= 0 && y < heightPx) {
      rgb[y * widthPx + x] = colour;
    }
  }

  /// `a` with a share `weight` of `b`, channel by channel.
  static int blend(int a, int b, float weight) {
    int mixed = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      float from = a >> shift & 0xFF;
      float to = b >> shift & 0xFF;
      mixed |= Math.round(from + (to - from) * weight) << shift;
    }
    return mixed;
  }

  private int mean(int left, int top, int right, int bottom) {
    long red = 0;
    long green = 0;
    long blue = 0;
    for (int y = top; y < bottom; y++) {
      for (int x = left; x < right; x++) {
        int colour = rgb[y * widthPx + x];
        red += colour >> 16 & 0xFF;
        green += colour >> 8 & 0xFF;
        blue += colour & 0xFF;
      }
    }
    long count = (long) (right - left) * (bottom - top);
    return (int)
        ((((red + count / 2) / count) << 16)
            | (((green + count / 2) / count) << 8)
            | ((blue + count / 2) / count));
  }
}
