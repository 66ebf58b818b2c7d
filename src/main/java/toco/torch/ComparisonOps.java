package toco.torch;

import static toco.torch.CallScratch.out;
import static toco.torch.CallScratch.result;
import static toco.torch.ffi.TocoTorch.tt_eq;
import static toco.torch.ffi.TocoTorch.tt_eq_scalar;
import static toco.torch.ffi.TocoTorch.tt_ge;
import static toco.torch.ffi.TocoTorch.tt_ge_scalar;
import static toco.torch.ffi.TocoTorch.tt_gt;
import static toco.torch.ffi.TocoTorch.tt_gt_scalar;
import static toco.torch.ffi.TocoTorch.tt_isnan;
import static toco.torch.ffi.TocoTorch.tt_le;
import static toco.torch.ffi.TocoTorch.tt_le_scalar;
import static toco.torch.ffi.TocoTorch.tt_logical_and;
import static toco.torch.ffi.TocoTorch.tt_logical_not;
import static toco.torch.ffi.TocoTorch.tt_logical_or;
import static toco.torch.ffi.TocoTorch.tt_lt;
import static toco.torch.ffi.TocoTorch.tt_lt_scalar;
import static toco.torch.ffi.TocoTorch.tt_ne;
import static toco.torch.ffi.TocoTorch.tt_ne_scalar;

import java.lang.foreign.MemorySegment;

/// Element-wise comparisons and logic, which give bool tensors, and comparisons of whole tensors.
/// Two tensors broadcast.
sealed interface ComparisonOps permits Tensor {

  MemorySegment handle();

  /// Where equal: bool.
  default Tensor eq(Tensor other) {
    return result(tt_eq(handle(), other.handle(), out()));
  }

  /// Where not equal: bool.
  default Tensor ne(Tensor other) {
    return result(tt_ne(handle(), other.handle(), out()));
  }

  /// Where `this < other`: bool.
  default Tensor lt(Tensor other) {
    return result(tt_lt(handle(), other.handle(), out()));
  }

  /// Where `this ≤ other`: bool.
  default Tensor le(Tensor other) {
    return result(tt_le(handle(), other.handle(), out()));
  }

  /// Where `this > other`: bool.
  default Tensor gt(Tensor other) {
    return result(tt_gt(handle(), other.handle(), out()));
  }

  /// Where `this ≥ other`: bool.
  default Tensor ge(Tensor other) {
    return result(tt_ge(handle(), other.handle(), out()));
  }

  /// Where both are true (non-zero): bool.
  default Tensor logicalAnd(Tensor other) {
    return result(tt_logical_and(handle(), other.handle(), out()));
  }

  /// Where either is true (non-zero): bool.
  default Tensor logicalOr(Tensor other) {
    return result(tt_logical_or(handle(), other.handle(), out()));
  }

  /// Where equal to `value`: bool.
  default Tensor eq(double value) {
    return result(tt_eq_scalar(handle(), value, out()));
  }

  /// Where not equal to `value`: bool.
  default Tensor ne(double value) {
    return result(tt_ne_scalar(handle(), value, out()));
  }

  /// Where `this < value`: bool.
  default Tensor lt(double value) {
    return result(tt_lt_scalar(handle(), value, out()));
  }

  /// Where `this ≤ value`: bool.
  default Tensor le(double value) {
    return result(tt_le_scalar(handle(), value, out()));
  }

  /// Where `this > value`: bool.
  default Tensor gt(double value) {
    return result(tt_gt_scalar(handle(), value, out()));
  }

  /// Where `this ≥ value`: bool.
  default Tensor ge(double value) {
    return result(tt_ge_scalar(handle(), value, out()));
  }

  /// Where false (zero): bool.
  default Tensor logicalNot() {
    return result(tt_logical_not(handle(), out()));
  }

  /// Where NaN: bool.
  default Tensor isnan() {
    return result(tt_isnan(handle(), out()));
  }

  /// Where neither infinite nor NaN: bool.
  default Tensor isFinite() {
    return Ops.call("aten::isfinite", this);
  }

  /// Where |this − other| ≤ atol + rtol · |other|: bool.
  default Tensor isClose(Tensor other, double rtol, double atol) {
    return Ops.call("aten::isclose", this, other, rtol, atol);
  }

  /// Whether all elements are close in the sense of [#isClose]; waits for the device.
  default boolean allClose(Tensor other, double rtol, double atol) {
    return Ops.callAll("aten::allclose", this, other, rtol, atol).getFirst() instanceof Long all
        && all != 0;
  }

  /// Whether shapes and all elements are equal; waits for the device.
  default boolean equal(Tensor other) {
    return Ops.callAll("aten::equal", this, other).getFirst() instanceof Long same && same != 0;
  }
}
