package toco.data;

/// The label of one pixel of an image.
///
/// @param x column of the pixel, from the image's left edge; a fraction is a place within the pixel
/// @param y row, from the upper edge
/// @param label 0 background, 1…K
/// @param line of the table that it is from
public record HintPoint(double x, double y, int label, int line) {
  /// Index of the pixel's column.
  public int column() {
    return (int) Math.floor(x);
  }

  /// Index of the pixel's row.
  public int row() {
    return (int) Math.floor(y);
  }
}
