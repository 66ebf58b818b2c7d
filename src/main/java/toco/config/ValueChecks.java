package toco.config;

import java.nio.file.Path;
import java.util.List;
import toco.files.UserPath;

/// The range checks that section records do in their constructors.
final class ValueChecks {
  private ValueChecks() {}

  static ConfigException invalid(String key, String expected, Object got) {
    return new ConfigException(key, key + " must be " + expected + ", got " + got);
  }

  static void atLeast(String key, int value, int least) {
    if (value < least) {
      throw invalid(key, "≥ " + least, value);
    }
  }

  static void positive(String key, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) { // written so that NaN fails
      throw invalid(key, "> 0", value);
    }
  }

  static void nonNegative(String key, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw invalid(key, "≥ 0", value);
    }
  }

  static void between(String key, double value, double low, double high) {
    if (!(value >= low && value <= high)) {
      throw invalid(key, "in [" + low + ", " + high + "]", value);
    }
  }

  static void probability(String key, double value) {
    between(key, value, 0, 1);
  }

  /// For pairs that span a range: `minKey` ≤ `maxKey`.
  static void ordered(String minKey, double min, String maxKey, double max) {
    if (!(min <= max)) {
      throw invalid(minKey, "≤ " + maxKey + " (" + max + ")", min);
    }
  }

  /// For pixel sizes that a grid of patches must tile.
  static void multipleOf(String key, int sizePx, int patchSizePx) {
    if (sizePx % patchSizePx != 0) {
      int below = Math.max(1, sizePx / patchSizePx) * patchSizePx;
      var nearest = below + " or " + (below + patchSizePx);
      var expected = "a multiple of the patch size " + patchSizePx + " (such as " + nearest + ")";
      throw invalid(key, expected, sizePx);
    }
  }

  /// A copy of a list of image scales: at least one, each in (0, 16].
  static List<Double> scales(String key, List<Double> scales) {
    if (scales.isEmpty() || !scales.stream().allMatch(s -> s > 0 && s <= 16)) {
      throw invalid(key, "one or more scales in (0, 16]", scales);
    }
    return List.copyOf(scales);
  }

  /// The path that a text names, with `~` replaced.
  static Path path(String key, String text) {
    try {
      return UserPath.of(text);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(key, key + ": " + e.getMessage());
    }
  }
}
