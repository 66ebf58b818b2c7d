package toco.recipe.cosa;

import java.util.Arrays;
import java.util.Locale;
import toco.image.Photometric;
import toco.torch.Tensor;

/// The nine operations of which one makes a strong view of the weak one (docs/COSA.md "Views and
/// data"), with their parameters by magnitude, as RandAugment's.
public enum StrongOperation {
  IDENTITY,
  AUTOCONTRAST,
  EQUALIZE,
  SOLARIZE,
  COLOR,
  CONTRAST,
  BRIGHTNESS,
  SHARPNESS,
  POSTERIZE;

  /// The greatest magnitude that is drawn; the published code draws no 10.
  public static final int MAX_MAGNITUDE = 9;

  /// The operation of a published name, such as `autocontrast`.
  ///
  /// @throws IllegalArgumentException naming the operations, if there is none of that name
  public static StrongOperation of(String name) {
    return Arrays.stream(values())
        .filter(operation -> operation.toString().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "the operation must be one of %s, got %s"
                    .formatted(Arrays.toString(values()), name)));
  }

  /// Changes an image in place. Identity, autocontrast and equalize are of the same strength at
  /// every magnitude.
  ///
  /// @param image uint8 [H, W, 3], contiguous
  /// @param magnitude 1…9
  public void apply_(Tensor image, int magnitude) {
    requireMagnitude(magnitude);
    switch (this) {
      case IDENTITY -> {}
      case AUTOCONTRAST -> Photometric.autocontrast_(image);
      case EQUALIZE -> Photometric.equalize_(image);
      case SOLARIZE -> Photometric.solarize_(image, solarizeThreshold(magnitude));
      case COLOR -> Photometric.saturation_(image, factor(magnitude));
      case CONTRAST -> Photometric.contrast_(image, factor(magnitude));
      case BRIGHTNESS -> Photometric.brightness_(image, factor(magnitude));
      case SHARPNESS -> Photometric.sharpness_(image, factor(magnitude));
      case POSTERIZE -> Photometric.posterize_(image, posterizeBits(magnitude));
    }
  }

  /// The level from which solarize inverts: 25…230.
  public static int solarizeThreshold(int magnitude) {
    return Math.min((int) (25.6 * magnitude), 255);
  }

  /// How many bits posterize keeps: 4…1.
  public static int posterizeBits(int magnitude) {
    return 4 - (int) (0.4 * magnitude);
  }

  /// The factor of colour, contrast, brightness and sharpness: 0.28…1.72, exactly 1 at 5.
  public static double factor(int magnitude) {
    return 0.18 * magnitude + 0.1;
  }

  private static void requireMagnitude(int magnitude) {
    if (magnitude < 1 || magnitude > MAX_MAGNITUDE) {
      throw new IllegalArgumentException(
          "magnitude must be 1 to %s, got %s".formatted(MAX_MAGNITUDE, magnitude));
    }
  }

  /// The published name.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
