package toco.batch;

/// How the columns, or the rows, of an image become those of a view: a range of the image is
/// stretched over a range of the view, and perhaps mirrored there. Both ranges may go beyond image
/// and view.
///
/// @param imageStart first pixel of the range of the image
/// @param imageLength in pixels of the image
/// @param viewStart first pixel of the range of the view
/// @param viewLength in pixels of the view
public record ViewAxis(
    int imageStart, int imageLength, int viewStart, int viewLength, boolean isMirrored) {

  /// The same in the mirrored view.
  ///
  /// @param viewSide all of the view, in pixels
  ViewAxis mirrored(int viewSide) {
    int start = viewSide - viewStart - viewLength;
    return new ViewAxis(imageStart, imageLength, start, viewLength, !isMirrored);
  }

  /// The pixel of the image that is shown at the centre of a pixel of the view. It is outside of
  /// the image where the view shows padding.
  public int imageAt(int viewPixel) {
    long offset = (long) viewPixel - viewStart;
    long along = isMirrored ? viewLength - 1 - offset : offset;
    return imageStart
        + Math.toIntExact(Math.floorDiv((2 * along + 1) * imageLength, 2L * viewLength));
  }

  /// The pixel of the view in which the centre of a pixel of the image is. It may be outside of the
  /// view.
  public int viewAt(int imagePixel) {
    long offset = (long) imagePixel - imageStart;
    long along = Math.floorDiv((2 * offset + 1) * viewLength, 2L * imageLength);
    return viewStart + Math.toIntExact(isMirrored ? viewLength - 1 - along : along);
  }

  /// Where a place of the image is in the view; both in pixels from the edge.
  public double position(double imagePlace) {
    double along = (imagePlace - imageStart) * viewLength / imageLength;
    return viewStart + (isMirrored ? viewLength - along : along);
  }
}
