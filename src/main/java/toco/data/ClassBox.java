package toco.data;

/// A box around an object, in pixels of its image from the upper left corner; it may end between
/// pixels.
///
/// @param label 1…K
/// @param right beyond its last column
/// @param bottom beyond its last row
public record ClassBox(int label, double left, double top, double right, double bottom) {
  /// Whether part of it is in an image.
  boolean isIn(int widthPx, int heightPx) {
    return left < widthPx && right > 0 && top < heightPx && bottom > 0;
  }

  /// The part of it that is in an image.
  ClassBox clipped(int widthPx, int heightPx) {
    return new ClassBox(
        label,
        Math.max(left, 0),
        Math.max(top, 0),
        Math.min(right, widthPx),
        Math.min(bottom, heightPx));
  }
}
