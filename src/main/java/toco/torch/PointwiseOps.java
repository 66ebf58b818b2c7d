package toco.torch;

import static toco.torch.Frame.out;
import static toco.torch.Frame.result;
import static toco.torch.ffi.TocoTorch.tt_abs;
import static toco.torch.ffi.TocoTorch.tt_add;
import static toco.torch.ffi.TocoTorch.tt_add_scalar;
import static toco.torch.ffi.TocoTorch.tt_clamp;
import static toco.torch.ffi.TocoTorch.tt_cos;
import static toco.torch.ffi.TocoTorch.tt_div;
import static toco.torch.ffi.TocoTorch.tt_div_scalar;
import static toco.torch.ffi.TocoTorch.tt_exp;
import static toco.torch.ffi.TocoTorch.tt_floor;
import static toco.torch.ffi.TocoTorch.tt_gelu;
import static toco.torch.ffi.TocoTorch.tt_log;
import static toco.torch.ffi.TocoTorch.tt_log_sigmoid;
import static toco.torch.ffi.TocoTorch.tt_maximum;
import static toco.torch.ffi.TocoTorch.tt_minimum;
import static toco.torch.ffi.TocoTorch.tt_mul;
import static toco.torch.ffi.TocoTorch.tt_mul_scalar;
import static toco.torch.ffi.TocoTorch.tt_neg;
import static toco.torch.ffi.TocoTorch.tt_pow;
import static toco.torch.ffi.TocoTorch.tt_pow_scalar;
import static toco.torch.ffi.TocoTorch.tt_relu;
import static toco.torch.ffi.TocoTorch.tt_round;
import static toco.torch.ffi.TocoTorch.tt_rsub_scalar;
import static toco.torch.ffi.TocoTorch.tt_sigmoid;
import static toco.torch.ffi.TocoTorch.tt_sin;
import static toco.torch.ffi.TocoTorch.tt_sqrt;
import static toco.torch.ffi.TocoTorch.tt_square;
import static toco.torch.ffi.TocoTorch.tt_sub;
import static toco.torch.ffi.TocoTorch.tt_sub_scalar;
import static toco.torch.ffi.TocoTorch.tt_tanh;
import static toco.torch.ffi.TocoTorch.tt_trunc;

import java.lang.foreign.MemorySegment;

/// Arithmetic and functions, element by element. Two tensors broadcast and promote dtypes as in
/// PyTorch; with a tensor of integers an integral scalar keeps the dtype.
sealed interface PointwiseOps permits Tensor {

  MemorySegment handle();

  /// `this + other`.
  default Tensor add(Tensor other) {
    return result(tt_add(handle(), other.handle(), out()));
  }

  /// `this − other`.
  default Tensor sub(Tensor other) {
    return result(tt_sub(handle(), other.handle(), out()));
  }

  /// `this · other`, element by element.
  default Tensor mul(Tensor other) {
    return result(tt_mul(handle(), other.handle(), out()));
  }

  /// `this / other`; integers divide to floats.
  default Tensor div(Tensor other) {
    return result(tt_div(handle(), other.handle(), out()));
  }

  /// The larger of each pair.
  default Tensor maximum(Tensor other) {
    return result(tt_maximum(handle(), other.handle(), out()));
  }

  /// The smaller of each pair.
  default Tensor minimum(Tensor other) {
    return result(tt_minimum(handle(), other.handle(), out()));
  }

  /// `this` to the power `other`.
  default Tensor pow(Tensor other) {
    return result(tt_pow(handle(), other.handle(), out()));
  }

  /// `this + value`.
  default Tensor add(double value) {
    return result(tt_add_scalar(handle(), value, out()));
  }

  /// `this − value`.
  default Tensor sub(double value) {
    return result(tt_sub_scalar(handle(), value, out()));
  }

  /// `this · value`.
  default Tensor mul(double value) {
    return result(tt_mul_scalar(handle(), value, out()));
  }

  /// `this / value`.
  default Tensor div(double value) {
    return result(tt_div_scalar(handle(), value, out()));
  }

  /// `this` to the power `value`.
  default Tensor pow(double value) {
    return result(tt_pow_scalar(handle(), value, out()));
  }

  /// `value − this`.
  default Tensor rsub(double value) {
    return result(tt_rsub_scalar(handle(), value, out()));
  }

  /// `−this`.
  default Tensor neg() {
    return result(tt_neg(handle(), out()));
  }

  /// The absolute value.
  default Tensor abs() {
    return result(tt_abs(handle(), out()));
  }

  /// e to the power of each element.
  default Tensor exp() {
    return result(tt_exp(handle(), out()));
  }

  /// The natural logarithm.
  default Tensor log() {
    return result(tt_log(handle(), out()));
  }

  /// The square root.
  default Tensor sqrt() {
    return result(tt_sqrt(handle(), out()));
  }

  /// `this · this`.
  default Tensor square() {
    return result(tt_square(handle(), out()));
  }

  /// The sine.
  default Tensor sin() {
    return result(tt_sin(handle(), out()));
  }

  /// The cosine.
  default Tensor cos() {
    return result(tt_cos(handle(), out()));
  }

  /// The hyperbolic tangent.
  default Tensor tanh() {
    return result(tt_tanh(handle(), out()));
  }

  /// `1 / (1 + e^−x)`.
  default Tensor sigmoid() {
    return result(tt_sigmoid(handle(), out()));
  }

  /// The logarithm of the sigmoid, without overflow.
  default Tensor logSigmoid() {
    return result(tt_log_sigmoid(handle(), out()));
  }

  /// `max(this, 0)`.
  default Tensor relu() {
    return result(tt_relu(handle(), out()));
  }

  /// The Gaussian error linear unit, exact (by erf).
  default Tensor gelu() {
    return result(tt_gelu(handle(), out()));
  }

  /// Rounded down.
  default Tensor floor() {
    return result(tt_floor(handle(), out()));
  }

  /// Rounded to the nearest, halves to even.
  default Tensor round() {
    return result(tt_round(handle(), out()));
  }

  /// Rounded towards zero.
  default Tensor trunc() {
    return result(tt_trunc(handle(), out()));
  }

  /// Limited to `low..high`.
  default Tensor clamp(double low, double high) {
    return result(tt_clamp(handle(), low, high, out()));
  }

  /// Raised to at least `low`.
  default Tensor clampMin(double low) {
    return result(tt_clamp(handle(), low, Double.NaN, out()));
  }

  /// Lowered to at most `high`.
  default Tensor clampMax(double high) {
    return result(tt_clamp(handle(), Double.NaN, high, out()));
  }
}
