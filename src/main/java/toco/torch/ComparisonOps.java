package toco.torch;

import static toco.torch.Frame.out;
import static toco.torch.Frame.result;
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
import static toco.torch.ffi.TocoTorch.tt_masked_fill;
import static toco.torch.ffi.TocoTorch.tt_ne;
import static toco.torch.ffi.TocoTorch.tt_ne_scalar;
import static toco.torch.ffi.TocoTorch.tt_where;

import java.lang.foreign.MemorySegment;

/// Comparisons and logic, element by element, which give bool tensors, and choices by them. Two
/// tensors broadcast.
sealed interface ComparisonOps permits Tensor {

  MemorySegment handle();

  /// Where equal: bool.
  default Tensor eq(Tensor other) {
    return result(tt_eq(handle(), other.handle(), out()));
  }

  /// Where different: bool.
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

  /// Both true (non-zero): bool.
  default Tensor logicalAnd(Tensor other) {
    return result(tt_logical_and(handle(), other.handle(), out()));
  }

  /// Either true: bool.
  default Tensor logicalOr(Tensor other) {
    return result(tt_logical_or(handle(), other.handle(), out()));
  }

  /// Where equal to `value`: bool.
  default Tensor eq(double value) {
    return result(tt_eq_scalar(handle(), value, out()));
  }

  /// Where not `value`: bool.
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

  /// Where not a number: bool.
  default Tensor isnan() {
    return result(tt_isnan(handle(), out()));
  }

  /// This where the bool `condition` holds, else `other`.
  default Tensor where(Tensor condition, Tensor other) {
    return result(tt_where(condition.handle(), handle(), other.handle(), out()));
  }

  /// `value` where the bool `mask` holds, else this.
  default Tensor maskedFill(Tensor mask, double value) {
    return result(tt_masked_fill(handle(), mask.handle(), value, out()));
  }
}
