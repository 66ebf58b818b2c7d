package toco.torch;

import static toco.torch.CallScratch.out;
import static toco.torch.CallScratch.result;
import static toco.torch.ffi.TocoTorch.tt_gather;
import static toco.torch.ffi.TocoTorch.tt_index_select;
import static toco.torch.ffi.TocoTorch.tt_masked_fill;
import static toco.torch.ffi.TocoTorch.tt_masked_select;
import static toco.torch.ffi.TocoTorch.tt_nonzero;
import static toco.torch.ffi.TocoTorch.tt_one_hot;
import static toco.torch.ffi.TocoTorch.tt_scatter;
import static toco.torch.ffi.TocoTorch.tt_select;
import static toco.torch.ffi.TocoTorch.tt_slice;
import static toco.torch.ffi.TocoTorch.tt_where;

import java.lang.foreign.MemorySegment;

/// Indexing: slices, positions, masks, and `x[…]` as in Python (see [Index]).
sealed interface IndexOps permits Tensor {

  MemorySegment handle();

  /// One position of a dimension, which is removed; a view.
  default Tensor select(long dim, long index) {
    return result(tt_select(handle(), dim, index, out()));
  }

  /// The positions `start` to `end`, exclusive, of a dimension; a view. Both are clamped to the
  /// size.
  default Tensor slice(long dim, long start, long end) {
    return result(tt_slice(handle(), dim, start, end, 1, out()));
  }

  /// Every `step`-th position from `start` to `end`, exclusive; a view.
  default Tensor slice(long dim, long start, long end, long step) {
    return result(tt_slice(handle(), dim, start, end, step, out()));
  }

  /// The positions along a dimension that are listed in a 1-D int64 tensor; a copy.
  default Tensor indexSelect(long dim, Tensor index) {
    return result(tt_index_select(handle(), dim, index.handle(), out()));
  }

  /// `out[i][j] = this[index[i][j]][j]` for dimension 0; index int64.
  default Tensor gather(long dim, Tensor index) {
    return result(tt_gather(handle(), dim, index.handle(), out()));
  }

  /// A copy with `source` written to the positions that the int64 `index` lists along a dimension.
  default Tensor scatter(long dim, Tensor index, Tensor source) {
    return result(tt_scatter(handle(), dim, index.handle(), source.handle(), out()));
  }

  /// This where the bool `condition` is true, else `other`.
  default Tensor where(Tensor condition, Tensor other) {
    return result(tt_where(condition.handle(), handle(), other.handle(), out()));
  }

  /// `value` where the bool `mask` is true, else this.
  default Tensor maskedFill(Tensor mask, double value) {
    return result(tt_masked_fill(handle(), mask.handle(), value, out()));
  }

  /// The elements where the bool `mask` is true: 1-D. Waits for the device.
  default Tensor maskedSelect(Tensor mask) {
    return result(tt_masked_select(handle(), mask.handle(), out()));
  }

  /// The positions of the elements that are not zero: int64 [found, dims]. Waits for the device.
  default Tensor nonzero() {
    return result(tt_nonzero(handle(), out()));
  }

  /// One-hot vectors of int64 class indices: int64 [..., classes].
  default Tensor oneHot(long classes) {
    return result(tt_one_hot(handle(), classes, out()));
  }

  /// `x[…]`: a view if all indices are positions, slices and new axes, else a copy.
  ///
  /// @param indices one per dimension, from the first; dimensions without one are taken whole
  /// @throws TorchException if a position is out of range, or tensors do not broadcast
  default Tensor index(Index... indices) {
    return TensorScope.scoped(() -> {
      var applied = Indexing.of((Tensor) this, indices);
      return applied.positions().isEmpty()
          ? own(applied)
          : Ops.call("aten::index.Tensor", applied.view(), applied.positions());
    });
  }

  /// The view, as a new handle if it is this very object: that one must not move to another scope.
  private Tensor own(Indexing applied) {
    return applied.view() == this ? Ops.call("aten::alias", this) : applied.view();
  }

  /// `x[…] = values`: writes in place and returns this tensor.
  ///
  /// @param values broadcast to the shape of `x[…]`
  default Tensor indexPut_(Tensor values, Index... indices) {
    return indexPut_(values, false, indices);
  }

  /// The same, or `x[…] += values` if `accumulate`: positions listed twice are then added twice.
  default Tensor indexPut_(Tensor values, boolean accumulate, Index... indices) {
    try (var _ = TensorScope.open()) {
      var applied = Indexing.of((Tensor) this, indices);
      if (!applied.positions().isEmpty()) {
        Ops.call("aten::index_put_", applied.view(), applied.positions(), values, accumulate);
      } else if (accumulate) {
        applied.view().add_(values, 1);
      } else {
        applied.view().copy_(values);
      }
    }
    return (Tensor) this;
  }

  /// `x[…] = value`: writes in place and returns this tensor.
  default Tensor indexPut_(double value, Index... indices) {
    try (var _ = TensorScope.open()) {
      var me = (Tensor) this;
      return indexPut_(Tensor.full(value, me.dtype(), me.device()), indices);
    }
  }
}
