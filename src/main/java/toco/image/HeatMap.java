package toco.image;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A map of activations, such as one class's CAM, for drawing.
///
/// @param values [heightPx, widthPx] float32, contiguous; 0 is cold, 1 is hot; other values are
///   clamped
/// @param widthPx columns, at least 1
/// @param heightPx rows, at least 1
public record HeatMap(MemorySegment values, int widthPx, int heightPx) {
  public HeatMap {
    long expectedBytes = 4L * widthPx * heightPx;
    if (widthPx < 1 || heightPx < 1 || values.byteSize() != expectedBytes) {
      throw new IllegalArgumentException(
          "a %s×%s float heat map takes %s bytes, got a segment of %s"
              .formatted(widthPx, heightPx, expectedBytes, values.byteSize()));
    }
  }

  /// A heat map over an array, row by row.
  public static HeatMap of(float[] values, int widthPx, int heightPx) {
    return new HeatMap(MemorySegment.ofArray(values), widthPx, heightPx);
  }

  /// The value at a position given as a fraction of a larger picture, interpolated bilinearly with
  /// half-pixel centres (align_corners=False), so that a CAM of the patch grid aligns with its
  /// patches.
  float sample(float xFraction, float yFraction) {
    float x = Math.clamp(xFraction * widthPx - 0.5f, 0f, widthPx - 1f);
    float y = Math.clamp(yFraction * heightPx - 0.5f, 0f, heightPx - 1f);
    int x0 = (int) x;
    int y0 = (int) y;
    int x1 = Math.min(x0 + 1, widthPx - 1);
    int y1 = Math.min(y0 + 1, heightPx - 1);
    float top = at(x0, y0) + (at(x1, y0) - at(x0, y0)) * (x - x0);
    float bottom = at(x0, y1) + (at(x1, y1) - at(x0, y1)) * (x - x0);
    return top + (bottom - top) * (y - y0);
  }

  private float at(int x, int y) {
    return values.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * ((long) y * widthPx + x));
  }
}
