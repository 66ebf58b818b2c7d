package toco.batch;

/// Which part of an image a view shows, and where.
public record ViewPlace(ViewAxis rows, ViewAxis columns) {
  /// The same in the view mirrored from left to right.
  ///
  /// @param widthPx of the view
  public ViewPlace mirrored(int widthPx) {
    return new ViewPlace(rows, columns.mirrored(widthPx));
  }
}
