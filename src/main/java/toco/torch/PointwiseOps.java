package toco.torch;

import static toco.torch.CallScratch.out;
import static toco.torch.CallScratch.result;
import static toco.torch.ffi.TocoTorch.tt_abs;
import static toco.torch.ffi.TocoTorch.tt_add;
import static toco.torch.ffi.TocoTorch.tt_add_scalar;
import static toco.torch.ffi.TocoTorch.tt_clamp;
import static toco.torch.ffi.TocoTorch.tt_cos;
import static toco.torch.ffi.TocoTorch.tt_div;
import static toco.torch.ffi.TocoTorch.tt_div_scalar;
import static toco.torch.ffi.TocoTorch.tt_exp;
import static toco.torch.ffi.TocoTorch.tt_floor;
import static toco.torch.ffi.TocoTorch.tt_log;
import static toco.torch.ffi.TocoTorch.tt_maximum;
import static toco.torch.ffi.TocoTorch.tt_minimum;
import static toco.torch.ffi.TocoTorch.tt_mul;
import static toco.torch.ffi.TocoTorch.tt_mul_scalar;
import static toco.torch.ffi.TocoTorch.tt_neg;
import static toco.torch.ffi.TocoTorch.tt_pow;
import static toco.torch.ffi.TocoTorch.tt_pow_scalar;
import static toco.torch.ffi.TocoTorch.tt_round;
import static toco.torch.ffi.TocoTorch.tt_rsub_scalar;
import static toco.torch.ffi.TocoTorch.tt_sin;
import static toco.torch.ffi.TocoTorch.tt_sqrt;
import static toco.torch.ffi.TocoTorch.tt_square;
import static toco.torch.ffi.TocoTorch.tt_sub;
import static toco.torch.ffi.TocoTorch.tt_sub_scalar;
import static toco.torch.ffi.TocoTorch.tt_trunc;

import java.lang.foreign.MemorySegment;

/// Element-wise arithmetic and mathematical functions. Two tensors broadcast and promote dtypes as
/// in PyTorch; an integral scalar leaves the dtype of an integer tensor unchanged.
sealed interface PointwiseOps permits Tensor {

  MemorySegment handle();

  /// `this + other`.
  default Tensor add(Tensor other) {
    return result(tt_add(handle(), other.handle(), out()));
  }

  /// `this + value`.
  default Tensor add(double value) {
    return result(tt_add_scalar(handle(), value, out()));
  }

  /// `this − other`.
  default Tensor sub(Tensor other) {
    return result(tt_sub(handle(), other.handle(), out()));
  }

  /// `this − value`.
  default Tensor sub(double value) {
    return result(tt_sub_scalar(handle(), value, out()));
  }

  /// `value − this`.
  default Tensor rsub(double value) {
    return result(tt_rsub_scalar(handle(), value, out()));
  }

  /// `this · other`, element by element.
  default Tensor mul(Tensor other) {
    return result(tt_mul(handle(), other.handle(), out()));
  }

  /// `this · value`.
  default Tensor mul(double value) {
    return result(tt_mul_scalar(handle(), value, out()));
  }

  /// `this / other`; dividing integers gives floats.
  default Tensor div(Tensor other) {
    return result(tt_div(handle(), other.handle(), out()));
  }

  /// `this / value`; dividing integers gives floats.
  default Tensor div(double value) {
    return result(tt_div_scalar(handle(), value, out()));
  }

  /// `this / divisor`, rounded down.
  default Tensor floorDivide(double divisor) {
    return Ops.call("aten::floor_divide.Scalar", this, divisor);
  }

  /// The remainder of `this / divisor`, with the divisor's sign.
  default Tensor remainder(double divisor) {
    return Ops.call("aten::remainder.Scalar", this, divisor);
  }

  /// `this` to the power `other`.
  default Tensor pow(Tensor other) {
    return result(tt_pow(handle(), other.handle(), out()));
  }

  /// `this` to the power `value`.
  default Tensor pow(double value) {
    return result(tt_pow_scalar(handle(), value, out()));
  }

  /// `this + weight · (end − this)`.
  default Tensor lerp(Tensor end, double weight) {
    return Ops.call("aten::lerp.Scalar", this, end, weight);
  }

  /// The larger of `this` and `other`, element by element.
  default Tensor maximum(Tensor other) {
    return result(tt_maximum(handle(), other.handle(), out()));
  }

  /// The smaller of `this` and `other`, element by element.
  default Tensor minimum(Tensor other) {
    return result(tt_minimum(handle(), other.handle(), out()));
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

  /// `−this`.
  default Tensor neg() {
    return result(tt_neg(handle(), out()));
  }

  /// The absolute value.
  default Tensor abs() {
    return result(tt_abs(handle(), out()));
  }

  /// −1, 0 or 1.
  default Tensor sign() {
    return Ops.call("aten::sign", this);
  }

  /// `1 / this`.
  default Tensor reciprocal() {
    return Ops.call("aten::reciprocal", this);
  }

  /// `this · this`.
  default Tensor square() {
    return result(tt_square(handle(), out()));
  }

  /// The square root.
  default Tensor sqrt() {
    return result(tt_sqrt(handle(), out()));
  }

  /// `1 / √this`.
  default Tensor rsqrt() {
    return Ops.call("aten::rsqrt", this);
  }

  /// eˣ.
  default Tensor exp() {
    return result(tt_exp(handle(), out()));
  }

  /// eˣ − 1, accurate for small x.
  default Tensor expm1() {
    return Ops.call("aten::expm1", this);
  }

  /// The natural logarithm.
  default Tensor log() {
    return result(tt_log(handle(), out()));
  }

  /// log(1 + x), accurate for small x.
  default Tensor log1p() {
    return Ops.call("aten::log1p", this);
  }

  /// The error function.
  default Tensor erf() {
    return Ops.call("aten::erf", this);
  }

  /// The sine.
  default Tensor sin() {
    return result(tt_sin(handle(), out()));
  }

  /// The cosine.
  default Tensor cos() {
    return result(tt_cos(handle(), out()));
  }

  /// The tangent.
  default Tensor tan() {
    return Ops.call("aten::tan", this);
  }

  /// The angle of the point (x = `other`, y = `this`), in −π…π.
  default Tensor atan2(Tensor other) {
    return Ops.call("aten::atan2", this, other);
  }

  /// Rounded down.
  default Tensor floor() {
    return result(tt_floor(handle(), out()));
  }

  /// Rounded up.
  default Tensor ceil() {
    return Ops.call("aten::ceil", this);
  }

  /// Rounded to the nearest integer, halves to even.
  default Tensor round() {
    return result(tt_round(handle(), out()));
  }

  /// Rounded towards zero.
  default Tensor trunc() {
    return result(tt_trunc(handle(), out()));
  }
}
