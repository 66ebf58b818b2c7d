package toco.config;

import java.util.Locale;

/// How several maps of one image are combined into one: those of an image and its flipped image, or
/// those of several scales.
public enum Combination {
  /// There is only one map: the image is not flipped.
  NONE,
  /// The sum of the maps.
  SUM,
  /// The largest value at each pixel.
  MAX;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
