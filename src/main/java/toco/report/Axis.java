package toco.report;

import java.util.ArrayList;
import java.util.List;

/// A chart's axis with round ticks.
///
/// @param low first value
/// @param high last value, above `low`
/// @param step between two ticks
record Axis(double low, double high, double step) {

  /// An axis for values, with ticks at both ends. It starts at 0 if the values come close to it, so
  /// that heights can be compared.
  ///
  /// @param ticks approximate number of intervals
  static Axis covering(double min, double max, int ticks) {
    double from = min > 0 && min < 0.7 * max ? 0 : min;
    double to = max > from ? max : from + Math.max(Math.abs(from), 1e-9) / 2;
    double step = roundStep((to - from) / ticks);
    return new Axis(
        Math.floor(from / step + 1e-9) * step, Math.ceil(to / step - 1e-9) * step, step);
  }

  /// An axis for training steps, from 0 to exactly `max`.
  static Axis ofSteps(long max, int ticks) {
    double high = Math.max(max, 1);
    return new Axis(0, high, Math.max(1, roundStep(high / ticks)));
  }

  /// Values of the ticks.
  List<Double> ticks() {
    var ticks = new ArrayList<Double>();
    for (int i = 0; low + i * step <= high + step * 1e-6; i++) {
      ticks.add(Math.abs(low + i * step) < step * 1e-6 ? 0 : low + i * step);
    }
    return ticks;
  }

  /// The coordinate of a value.
  ///
  /// @param start coordinate of `low`
  /// @param end coordinate of `high`
  double place(double value, double start, double end) {
    return start + (value - low) / (high - low) * (end - start);
  }

  /// The smallest of 1, 2 and 5 times a power of ten that is at least `raw`.
  private static double roundStep(double raw) {
    double power = Math.pow(10, Math.floor(Math.log10(raw)));
    for (double factor : new double[] {1, 2, 5}) {
      if (factor * power >= raw * (1 - 1e-9)) {
        return factor * power;
      }
    }
    return 10 * power;
  }
}
