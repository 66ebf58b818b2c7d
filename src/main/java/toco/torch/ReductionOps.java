package toco.torch;

import static toco.torch.CallScratch.longs;
import static toco.torch.CallScratch.out;
import static toco.torch.CallScratch.result;
import static toco.torch.ffi.TocoTorch.tt_all;
import static toco.torch.ffi.TocoTorch.tt_amax;
import static toco.torch.ffi.TocoTorch.tt_amin;
import static toco.torch.ffi.TocoTorch.tt_any;
import static toco.torch.ffi.TocoTorch.tt_argmax;
import static toco.torch.ffi.TocoTorch.tt_bincount;
import static toco.torch.ffi.TocoTorch.tt_cumsum;
import static toco.torch.ffi.TocoTorch.tt_max_dim;
import static toco.torch.ffi.TocoTorch.tt_mean;
import static toco.torch.ffi.TocoTorch.tt_norm;
import static toco.torch.ffi.TocoTorch.tt_sort;
import static toco.torch.ffi.TocoTorch.tt_std;
import static toco.torch.ffi.TocoTorch.tt_sum;
import static toco.torch.ffi.TocoTorch.tt_topk;

import java.lang.foreign.MemorySegment;

/// Reductions over all elements or along dimensions, running sums, sorting and counting.
sealed interface ReductionOps permits Tensor {

  MemorySegment handle();

  /// The sum over all elements: a scalar.
  default Tensor sum() {
    return result(tt_sum(handle(), longs(), 0, 0, out()));
  }

  /// The sum along one dimension, which is removed.
  default Tensor sum(long dim) {
    return result(tt_sum(handle(), longs(dim), 1, 0, out()));
  }

  /// The sum along several dimensions, kept with size 1 if `keepDim`.
  default Tensor sum(long[] dims, boolean keepDim) {
    return result(tt_sum(handle(), longs(dims), dims.length, keepDim ? 1 : 0, out()));
  }

  /// The product of all elements: a scalar.
  default Tensor prod() {
    return Ops.call("aten::prod", this);
  }

  /// The product along one dimension, which is removed.
  default Tensor prod(long dim) {
    return Ops.call("aten::prod.dim_int", this, dim);
  }

  /// The mean over all elements: a scalar.
  default Tensor mean() {
    return result(tt_mean(handle(), longs(), 0, 0, out()));
  }

  /// The mean along one dimension, which is removed.
  default Tensor mean(long dim) {
    return result(tt_mean(handle(), longs(dim), 1, 0, out()));
  }

  /// The mean along several dimensions, kept with size 1 if `keepDim`.
  default Tensor mean(long[] dims, boolean keepDim) {
    return result(tt_mean(handle(), longs(dims), dims.length, keepDim ? 1 : 0, out()));
  }

  /// The largest value over all elements: a scalar.
  default Tensor amax() {
    return result(tt_amax(handle(), longs(), 0, 0, out()));
  }

  /// The largest value along one dimension, which is removed.
  default Tensor amax(long dim) {
    return result(tt_amax(handle(), longs(dim), 1, 0, out()));
  }

  /// The largest value along several dimensions, kept with size 1 if `keepDim`.
  default Tensor amax(long[] dims, boolean keepDim) {
    return result(tt_amax(handle(), longs(dims), dims.length, keepDim ? 1 : 0, out()));
  }

  /// The smallest value over all elements: a scalar.
  default Tensor amin() {
    return result(tt_amin(handle(), longs(), 0, 0, out()));
  }

  /// The smallest value along one dimension, which is removed.
  default Tensor amin(long dim) {
    return result(tt_amin(handle(), longs(dim), 1, 0, out()));
  }

  /// The smallest value along several dimensions, kept with size 1 if `keepDim`.
  default Tensor amin(long[] dims, boolean keepDim) {
    return result(tt_amin(handle(), longs(dims), dims.length, keepDim ? 1 : 0, out()));
  }

  /// The Euclidean norm over all elements: a scalar.
  default Tensor norm() {
    return result(tt_norm(handle(), longs(), 0, 0, out()));
  }

  /// The Euclidean norm along several dimensions.
  default Tensor norm(long[] dims, boolean keepDim) {
    return result(tt_norm(handle(), longs(dims), dims.length, keepDim ? 1 : 0, out()));
  }

  /// The standard deviation along several dimensions; unbiased divides by n − 1.
  default Tensor std(long[] dims, boolean unbiased, boolean keepDim) {
    return result(
        tt_std(handle(), longs(dims), dims.length, unbiased ? 1 : 0, keepDim ? 1 : 0, out()));
  }

  /// The variance along several dimensions; unbiased divides by n − 1.
  default Tensor var(long[] dims, boolean unbiased, boolean keepDim) {
    return Ops.call("aten::var.dim", this, dims, unbiased, keepDim);
  }

  /// log Σ eˣ along several dimensions, without overflow.
  default Tensor logSumExp(long[] dims, boolean keepDim) {
    return Ops.call("aten::logsumexp", this, dims, keepDim);
  }

  /// The median of all elements; of an even number the lower one, as in PyTorch.
  default Tensor median() {
    return Ops.call("aten::median", this);
  }

  /// Whether any element is true: a bool scalar.
  default Tensor any() {
    return result(tt_any(handle(), out()));
  }

  /// Whether all elements are true: a bool scalar.
  default Tensor all() {
    return result(tt_all(handle(), out()));
  }

  /// The index of the largest value along a dimension: int64.
  default Tensor argmax(long dim) {
    return result(tt_argmax(handle(), dim, 0, out()));
  }

  /// The index of the smallest value along a dimension: int64.
  default Tensor argmin(long dim) {
    return Ops.call("aten::argmin", this, dim);
  }

  /// The running sum along a dimension.
  default Tensor cumsum(long dim) {
    return result(tt_cumsum(handle(), dim, out()));
  }

  /// The running product along a dimension.
  default Tensor cumprod(long dim) {
    return Ops.call("aten::cumprod", this, dim);
  }

  /// The number of elements that are not zero: an int64 scalar.
  default Tensor countNonzero() {
    return Ops.call("aten::count_nonzero", this);
  }

  /// How often each number 0, 1, … occurs in a 1-D tensor of integers: int64 [max(minLength,
  /// largest + 1)].
  default Tensor bincount(long minLength) {
    return result(tt_bincount(handle(), minLength, out()));
  }

  /// The largest value along a dimension and its index.
  default ValuesAndIndices max(long dim) {
    return ValuesAndIndices.of(tt_max_dim(handle(), dim, 0, out(), CallScratch.get().second));
  }

  /// The `k` largest values along a dimension, in descending order.
  default ValuesAndIndices topk(long k, long dim) {
    return ValuesAndIndices.of(tt_topk(handle(), k, dim, 1, out(), CallScratch.get().second));
  }

  /// All values sorted along a dimension.
  default ValuesAndIndices sort(long dim, boolean descending) {
    return ValuesAndIndices.of(
        tt_sort(handle(), dim, descending ? 1 : 0, out(), CallScratch.get().second));
  }
}
