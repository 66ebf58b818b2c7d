package toco.torch;

import java.util.List;

/// More reductions, and cuts along a dimension.
sealed interface SummaryOps permits Tensor {
  /// The product of all elements.
  default Tensor prod() {
    return Ops.call("aten::prod", this);
  }

  /// The product along a dimension, which goes.
  default Tensor prod(long dim) {
    return Ops.call("aten::prod.dim_int", this, dim);
  }

  /// The variance over dimensions; unbiased divides by n − 1.
  default Tensor var(long[] dims, boolean unbiased, boolean keepDim) {
    return Ops.call("aten::var.dim", this, dims, unbiased, keepDim);
  }

  /// log Σ eˣ over dimensions, without overflow.
  default Tensor logSumExp(long[] dims, boolean keepDim) {
    return Ops.call("aten::logsumexp", this, dims, keepDim);
  }

  /// Where the smallest value of a dimension is; int64.
  default Tensor argmin(long dim) {
    return Ops.call("aten::argmin", this, dim);
  }

  /// The median of all elements; of an even number the lower one, as in PyTorch.
  default Tensor median() {
    return Ops.call("aten::median", this);
  }

  /// Products up to each element along a dimension.
  default Tensor cumprod(long dim) {
    return Ops.call("aten::cumprod", this, dim);
  }

  /// How many elements are not zero; int64.
  default Tensor countNonzero() {
    return Ops.call("aten::count_nonzero", this);
  }

  /// Views of at most `size` positions each along a dimension.
  default List<Tensor> split(long size, long dim) {
    return tensors(Ops.callAll("aten::split.Tensor", this, size, dim));
  }

  /// At most `chunks` views of equal size along a dimension, the last one perhaps shorter.
  default List<Tensor> chunk(long chunks, long dim) {
    return tensors(Ops.callAll("aten::chunk", this, chunks, dim));
  }

  /// A view a position of a dimension, which goes.
  default List<Tensor> unbind(long dim) {
    return tensors(Ops.callAll("aten::unbind.int", this, dim));
  }

  private static List<Tensor> tensors(List<?> results) {
    return ((List<?>) results.getFirst()).stream().map(Tensor.class::cast).toList();
  }
}
