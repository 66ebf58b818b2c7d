package toco.config;

import java.util.Locale;

/// What happens to an image whose sides are no multiples of the encoder's patch, such as one that
/// is evaluated at its own size. Sides that are multiples stay as they are.
public enum PatchFit {
  /// The encoder ignores the pixels beyond the last whole patch, and results are stretched over the
  /// whole image: the published ToCo.
  CROP,
  /// The image is resized (bilinear), each side to the nearest multiple, and results are brought
  /// back to the image's size.
  RESIZE;

  /// The side to which an image is resized for the encoder, in px: at least one patch.
  ///
  /// @param sidePx wanted, such as an image's side times a scale
  public long side(double sidePx, int patchSizePx) {
    return switch (this) {
      case CROP -> Math.max(patchSizePx, (long) sidePx);
      case RESIZE -> Math.max(1, Math.round(sidePx / patchSizePx)) * patchSizePx;
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
