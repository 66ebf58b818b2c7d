package toco.torch;

/// Interpolation mode of [Tensor#interpolate], with `align_corners=False`.
public enum Interpolation {
  /// The nearest pixel.
  NEAREST(0, false),
  /// Linear in both directions, without antialiasing.
  BILINEAR(1, false),
  /// Cubic in both directions, without antialiasing.
  BICUBIC(2, false),
  /// Antialiased; within one grey level of Pillow's BILINEAR resize.
  BILINEAR_ANTIALIAS(1, true),
  /// Antialiased; within one grey level of Pillow's BICUBIC resize.
  BICUBIC_ANTIALIAS(2, true);

  final int code;
  final boolean antialias;

  Interpolation(int code, boolean antialias) {
    this.code = code;
    this.antialias = antialias;
  }
}
