package toco.eval;

/// Means that pass over what is not there.
final class Means {
  private Means() {}

  /// The mean of the values that are numbers; NaN without any.
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
