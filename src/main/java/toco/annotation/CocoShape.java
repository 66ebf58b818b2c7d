package toco.annotation;

import java.util.Locale;

/// How a COCO file describes the pixels of a region.
public enum CocoShape {
  /// Run-length encoded, exact for every region.
  RLE,
  /// Polygons along the edges of the pixels. A region with a hole is run-length encoded.
  POLYGON;

  /// `rle` or `polygon`.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
