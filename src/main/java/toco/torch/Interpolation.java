package toco.torch;

/// How [Tensor#interpolate] reads between pixels; corners are not aligned.
public enum Interpolation {
  NEAREST(0, false),
  BILINEAR(1, false),
  BICUBIC(2, false),
  /// Within one level of Pillow's BILINEAR resize.
  BILINEAR_ANTIALIAS(1, true),
  /// Within one level of Pillow's BICUBIC resize.
  BICUBIC_ANTIALIAS(2, true);

  final int code;
  final boolean antialias;

  Interpolation(int code, boolean antialias) {
    this.code = code;
    this.antialias = antialias;
  }
}
