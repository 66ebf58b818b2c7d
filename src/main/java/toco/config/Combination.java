package toco.config;

import java.util.Locale;

/// How maps of one image become one: those of an image and its mirror image, or those of several
/// scales.
public enum Combination {
  /// There is but one map: no mirror image is made.
  NONE,
  /// The sum of the maps.
  SUM,
  /// The largest value at each place.
  MAX;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
