package toco.config;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Checks that sizes of images, and their products with image scales, are whole numbers of patches.
///
/// @param patchSizePx side of a patch
record PatchSizes(int patchSizePx) {
  private static final int EXACT_DECIMALS = 5;
  private static final int MIN_DECIMALS = 2;
  private static final int MAX_DECIMALS = 9;
  private static final int SEARCHED_PX = 2000;

  /// The size of an image at a scale, as CAMs and evaluation compute it.
  private static long scaled(double scale, int sizePx) {
    return (long) (scale * sizePx);
  }

  private boolean fits(long sizePx) {
    return sizePx > 0 && sizePx % patchSizePx == 0;
  }

  /// Whether images of a size are whole numbers of patches at every scale.
  boolean fit(int sizePx, List<Double> scales) {
    return fits(sizePx) && scales.stream().allMatch(scale -> fits(scaled(scale, sizePx)));
  }

  /// The nearest size that fits at every scale, the larger of two; the size itself if there is none
  /// up to three times as large.
  int nearest(int sizePx, List<Double> scales) {
    for (int distance = 0; distance <= 2 * sizePx; distance++) {
      if (fit(sizePx + distance, scales)) {
        return sizePx + distance;
      }
      if (fit(sizePx - distance, scales)) {
        return sizePx - distance;
      }
    }
    return sizePx;
  }

  void require(String key, int sizePx) {
    ValueChecks.multipleOf(key, sizePx, patchSizePx);
  }

  /// Refuses scales at which an image of a size is not a whole number of patches.
  ///
  /// @param sizeKey the key of the size
  /// @param sizePx a size that fits itself
  void requireScales(String key, List<Double> scales, String sizeKey, int sizePx) {
    for (double scale : scales) {
      if (!fits(scaled(scale, sizePx))) {
        throw new ConfigException(
            key, refusal(key, scale, sizeKey, sizePx) + otherSizes(scales, sizeKey, sizePx));
      }
    }
  }

  private String refusal(String key, double scale, String sizeKey, int sizePx) {
    long size = scaled(scale, sizePx);
    long below = size / patchSizePx * patchSizePx;
    var nearest =
        Stream.of(below, below + patchSizePx)
            .filter(multiple -> multiple > 0)
            .map(multiple -> "%s (%s px)".formatted(scaleOf(multiple, sizePx), multiple))
            .collect(Collectors.joining(" or "));
    return "%s must be scales that make %s %s a multiple of the patch size %s, got %s (%s px); the"
            .formatted(key, sizeKey, sizePx, patchSizePx, number(scale), size)
        + " nearest is "
        + nearest;
  }

  /// The sizes next to a given one at which the scales fit.
  private String otherSizes(List<Double> scales, String sizeKey, int sizePx) {
    int reach = Math.min(sizePx / 2, SEARCHED_PX);
    int below = sizePx;
    while (below > sizePx - reach && !fit(below, scales)) {
      below--;
    }
    int above = sizePx;
    while (above < sizePx + reach && !fit(above, scales)) {
      above++;
    }
    var sizes =
        Stream.of(below, above)
            .filter(size -> fit(size, scales))
            .map(String::valueOf)
            .collect(Collectors.joining(" or "));
    return sizes.isEmpty() ? "" : "; or set %s to %s".formatted(sizeKey, sizes);
  }

  /// The scale that gives a size: the exact one if it has few digits, otherwise the shortest that
  /// is truncated to the size.
  private static String scaleOf(long wantedPx, int sizePx) {
    var scale = decimal(wantedPx, sizePx, EXACT_DECIMALS);
    if (scale.multiply(BigDecimal.valueOf(sizePx)).compareTo(BigDecimal.valueOf(wantedPx)) == 0) {
      return scale.stripTrailingZeros().toPlainString();
    }
    int decimals = MIN_DECIMALS;
    do {
      scale = decimal(wantedPx, sizePx, decimals++);
    } while (scaled(scale.doubleValue(), sizePx) != wantedPx && decimals <= MAX_DECIMALS);
    return scale.toPlainString();
  }

  private static BigDecimal decimal(long wantedPx, int sizePx, int decimals) {
    return BigDecimal.valueOf(wantedPx)
        .divide(BigDecimal.valueOf(sizePx), decimals, RoundingMode.CEILING);
  }

  private static String number(double scale) {
    return BigDecimal.valueOf(scale).stripTrailingZeros().toPlainString();
  }
}
