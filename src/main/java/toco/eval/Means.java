package toco.eval;

/// Means without NaN values.
final class Means {
  private Means() {}

  /// The mean of the finite values; NaN without any.
  static double ofFinite(double[] values) {
    double sum = 0;
    int count = 0;
    for (double value : values) {
      if (Double.isFinite(value)) {
        sum += value;
        count++;
      }
    }
    return sum / count;
  }
}
