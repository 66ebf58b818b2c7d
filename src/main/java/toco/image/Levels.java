package toco.image;

import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;
import toco.config.PixelWindow;
import toco.image.formats.Samples;

/// Maps deep samples to levels 0…255. NaN is black.
///
/// | window | levels |
/// |---|---|
/// | `[low, high]` | linear between, clipped outside |
/// | `percentile` | the same, from the 1st to the 99th percentile of the image's samples |
/// | `dicom`, or none, for DICOM | its own window; without one, all 8-bit levels or all values |
/// | none, for 16-bit colours | the high byte |
/// | none, for others | `percentile` |
final class Levels {
  private static final double FIRST = 0.01;
  private static final double LAST = 0.99;
  private static final int TABLE_BITS = 16;

  private final Samples samples;
  private final DoubleUnaryOperator share;
  private final byte @Nullable [] table;

  private Levels(Samples samples, DoubleUnaryOperator share) {
    this.samples = samples;
    this.share = share;
    table = samples.rows().isWhole() && samples.bits() <= TABLE_BITS ? table() : null;
  }

  /// @param bands the first of a pixel's samples to regard
  static Levels of(Samples samples, int bands, @Nullable PixelWindow window) {
    var scale = samples.scale();
    var statistics = new OrderStatistics(samples, bands);
    if (window instanceof PixelWindow.Range(double low, double high)) {
      return new Levels(samples, between(low, high));
    }
    if (window != PixelWindow.Own.PERCENTILE) {
      if (scale != null && scale.window() != null) {
        return new Levels(samples, scale.window()::share);
      }
      boolean isLevel = scale != null && scale.slope() == 1 && scale.intercept() == 0;
      if (isLevel && samples.bits() <= Byte.SIZE && !samples.isSigned()) {
        return new Levels(samples, between(0, (1 << samples.bits()) - 1.0));
      }
      if (scale != null) {
        return new Levels(samples, between(samples, statistics.at(0), statistics.at(1)));
      }
      if (bands > 1 && samples.rows().isWhole() && !samples.isSigned()) {
        double step = Math.scalb(1.0, samples.bits() - Byte.SIZE);
        return new Levels(samples, sample -> Math.floor(sample / step) / 255);
      }
    }
    return new Levels(samples, between(samples, statistics.at(FIRST), statistics.at(LAST)));
  }

  private static DoubleUnaryOperator between(Samples samples, double first, double last) {
    var scale = samples.scale();
    if (scale == null) {
      return between(first, last);
    }
    double low = scale.value(first);
    double high = scale.value(last);
    return between(Math.min(low, high), Math.max(low, high));
  }

  private static DoubleUnaryOperator between(double low, double high) {
    return low == high
        ? value -> value > low ? 1 : 0
        : value -> Math.clamp((value - low) / (high - low), 0, 1);
  }

  private byte[] table() {
    var all = new byte[1 << TABLE_BITS];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) compute(samples.number(samples.isSigned() ? (short) i : i));
    }
    return all;
  }

  int of(int sample) {
    return table != null
        ? Byte.toUnsignedInt(table[sample & (table.length - 1)])
        : compute(samples.number(sample));
  }

  int of(double sample) {
    return compute(sample);
  }

  private int compute(double sample) {
    var scale = samples.scale();
    double value = scale == null ? sample : scale.value(sample);
    int level = Double.isNaN(value) ? 0 : (int) Math.floor(share.applyAsDouble(value) * 255 + 0.5);
    return samples.isInverted() ? 255 - level : level;
  }
}
