package toco.image.formats;

import org.jspecify.annotations.Nullable;

/// The values that a DICOM file's samples stand for, such as Hounsfield units, and the window in
/// which they are to be shown.
///
/// @param slope a value is `slope` · sample + `intercept`
/// @param window null if the file has none
public record GreyScale(double slope, double intercept, @Nullable Window window) {

  /// The function of a window.
  public enum Shape {
    LINEAR,
    LINEAR_EXACT,
    SIGMOID
  }

  /// A window of PS3.3, C.11.2.1.2 and C.11.2.1.3.
  public record Window(double center, double width, Shape shape) {
    /// The share of full brightness, 0…1.
    public double share(double value) {
      return switch (shape) {
        case LINEAR ->
            width <= 1
                ? (value <= center - 0.5 ? 0 : 1)
                : Math.clamp((value - center + width / 2) / (width - 1), 0, 1);
        case LINEAR_EXACT -> Math.clamp((value - center + width / 2) / width, 0, 1);
        case SIGMOID -> 1 / (1 + Math.exp(-4 * (value - center) / width));
      };
    }
  }

  public double value(double sample) {
    return slope * sample + intercept;
  }
}
