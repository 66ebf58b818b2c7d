package toco.torch;

import org.jspecify.annotations.Nullable;

/// Discrete Fourier transforms, as in `torch.fft`. Further ones, such as `aten::fft_hfft`, are
/// called by name with [Ops#call].
///
/// Sizes `n` and `s` cut the input or pad it with zeros; null keeps its size.
public final class Fft {
  private Fft() {}

  /// Which direction is scaled.
  public enum Norm {
    /// The inverse by 1/n.
    BACKWARD,
    /// Both by 1/√n.
    ORTHO,
    /// The forward by 1/n.
    FORWARD;

    private String torchName() {
      return switch (this) {
        case BACKWARD -> "backward";
        case ORTHO -> "ortho";
        case FORWARD -> "forward";
      };
    }
  }

  /// The transform of the last dimension: real or complex [..., n] → complex [..., n].
  public static Tensor fft(Tensor input) {
    return fft(input, null, -1, Norm.BACKWARD);
  }

  /// The transform of one dimension.
  public static Tensor fft(Tensor input, @Nullable Long n, long dim, Norm norm) {
    return one("fft", input, n, dim, norm);
  }

  /// The inverse of [#fft(Tensor)].
  public static Tensor ifft(Tensor input) {
    return ifft(input, null, -1, Norm.BACKWARD);
  }

  /// The inverse transform of one dimension.
  public static Tensor ifft(Tensor input, @Nullable Long n, long dim, Norm norm) {
    return one("ifft", input, n, dim, norm);
  }

  /// The transform of real numbers, whose second half is left out: real [..., n] → complex [...,
  /// n/2 + 1].
  public static Tensor rfft(Tensor input) {
    return rfft(input, null, -1, Norm.BACKWARD);
  }

  /// The transform of one dimension of real numbers.
  public static Tensor rfft(Tensor input, @Nullable Long n, long dim, Norm norm) {
    return one("rfft", input, n, dim, norm);
  }

  /// The inverse of [#rfft(Tensor)]: complex [..., m] → real [..., n].
  ///
  /// @param n the size of the result; it cannot be told from m whether it is odd
  public static Tensor irfft(Tensor input, long n) {
    return irfft(input, n, -1, Norm.BACKWARD);
  }

  /// The inverse transform of one dimension to real numbers; null for `n` means 2·(m − 1).
  public static Tensor irfft(Tensor input, @Nullable Long n, long dim, Norm norm) {
    return one("irfft", input, n, dim, norm);
  }

  /// The transform of several dimensions: real or complex → complex.
  ///
  /// @param s sizes of these dimensions, or null
  /// @param dims which; null for all, or the last ones that `s` has sizes for
  public static Tensor fftn(Tensor input, long @Nullable [] s, long @Nullable [] dims, Norm norm) {
    return several("fftn", input, s, dims, norm);
  }

  /// The inverse of [#fftn].
  public static Tensor ifftn(Tensor input, long @Nullable [] s, long @Nullable [] dims, Norm norm) {
    return several("ifftn", input, s, dims, norm);
  }

  /// The transform of several dimensions of real numbers; of the last, the second half is left out.
  public static Tensor rfftn(Tensor input, long @Nullable [] s, long @Nullable [] dims, Norm norm) {
    return several("rfftn", input, s, dims, norm);
  }

  /// The inverse of [#rfftn], to real numbers.
  public static Tensor irfftn(
      Tensor input, long @Nullable [] s, long @Nullable [] dims, Norm norm) {
    return several("irfftn", input, s, dims, norm);
  }

  /// The transform of the last two dimensions, such as height and width.
  public static Tensor fft2(Tensor input) {
    return fftn(input, null, new long[] {-2, -1}, Norm.BACKWARD);
  }

  /// The inverse of [#fft2].
  public static Tensor ifft2(Tensor input) {
    return ifftn(input, null, new long[] {-2, -1}, Norm.BACKWARD);
  }

  /// Moves frequency 0 to the middle.
  ///
  /// @param dims which dimensions; none means all
  public static Tensor fftshift(Tensor input, long... dims) {
    return Ops.call("aten::fft_fftshift", input, dims.length == 0 ? null : dims);
  }

  /// The inverse of [#fftshift].
  public static Tensor ifftshift(Tensor input, long... dims) {
    return Ops.call("aten::fft_ifftshift", input, dims.length == 0 ? null : dims);
  }

  /// The frequencies of the transform's elements in cycles per unit: float32 \[n].
  ///
  /// @param spacing between samples, in units
  public static Tensor fftfreq(long n, double spacing) {
    return Ops.call("aten::fft_fftfreq", n, spacing);
  }

  /// The same for [#rfft(Tensor)]: float32 [n/2 + 1].
  public static Tensor rfftfreq(long n, double spacing) {
    return Ops.call("aten::fft_rfftfreq", n, spacing);
  }

  private static Tensor one(String name, Tensor input, @Nullable Long n, long dim, Norm norm) {
    return Ops.call("aten::fft_" + name, input, n, dim, norm.torchName());
  }

  private static Tensor several(
      String name, Tensor input, long @Nullable [] s, long @Nullable [] dims, Norm norm) {
    return Ops.call("aten::fft_" + name, input, s, dims, norm.torchName());
  }
}
