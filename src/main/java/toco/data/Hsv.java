package toco.data;

/// Converts hue, saturation and value to red, green and blue.
final class Hsv {
  private Hsv() {}

  /// Converts a colour to RGB.
  ///
  /// @param hue in turns; the integer part is ignored
  /// @param saturation clipped to 0…1
  /// @param value clipped to 0…1
  /// @return red, green, blue in 0…1
  static double[] toRgb(double hue, double saturation, double value) {
    double s = Math.clamp(saturation, 0, 1);
    double v = Math.clamp(value, 0, 1);
    var rgb = new double[3];
    for (int channel = 0; channel < 3; channel++) {
      double sixths = 6 * hue + 5 - 2 * channel; // red, green and blue peak a third of a turn apart
      double k = sixths - 6 * Math.floor(sixths / 6);
      rgb[channel] = v - v * s * Math.clamp(Math.min(k, 4 - k), 0, 1);
    }
    return rgb;
  }
}
