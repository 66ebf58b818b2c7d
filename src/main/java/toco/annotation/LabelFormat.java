package toco.annotation;

import java.util.Locale;

/// Formats of label maps.
public enum LabelFormat {
  /// A palette PNG of class indices for each image.
  PNG,
  /// One JSON file with a region in each annotation, and a list of results with scores.
  COCO,
  /// CVAT's archive "Segmentation mask 1.1".
  CVAT,
  /// A TIFF for each image that is a GeoTIFF, with its coordinates.
  GEOTIFF;

  /// `png`, `coco`, `cvat` or `geotiff`.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
