package toco.torch;

import static toco.torch.Frame.longs;
import static toco.torch.Frame.out;
import static toco.torch.Frame.result;
import static toco.torch.ffi.TocoTorch.tt_expand;
import static toco.torch.ffi.TocoTorch.tt_flatten;
import static toco.torch.ffi.TocoTorch.tt_flip;
import static toco.torch.ffi.TocoTorch.tt_gather;
import static toco.torch.ffi.TocoTorch.tt_index_select;
import static toco.torch.ffi.TocoTorch.tt_masked_select;
import static toco.torch.ffi.TocoTorch.tt_nonzero;
import static toco.torch.ffi.TocoTorch.tt_one_hot;
import static toco.torch.ffi.TocoTorch.tt_pad;
import static toco.torch.ffi.TocoTorch.tt_permute;
import static toco.torch.ffi.TocoTorch.tt_repeat;
import static toco.torch.ffi.TocoTorch.tt_reshape;
import static toco.torch.ffi.TocoTorch.tt_scatter;
import static toco.torch.ffi.TocoTorch.tt_select;
import static toco.torch.ffi.TocoTorch.tt_slice;
import static toco.torch.ffi.TocoTorch.tt_squeeze;
import static toco.torch.ffi.TocoTorch.tt_transpose;
import static toco.torch.ffi.TocoTorch.tt_unsqueeze;
import static toco.torch.ffi.TocoTorch.tt_view;

import java.lang.foreign.MemorySegment;

/// Shapes and indexing: views where PyTorch gives views.
sealed interface ShapeOps permits Tensor {

  MemorySegment handle();

  /// The same elements in another shape; one size may be −1. A view where possible.
  default Tensor reshape(long... sizes) {
    return result(tt_reshape(handle(), longs(sizes), sizes.length, out()));
  }

  /// A view in another shape.
  default Tensor view(long... sizes) {
    return result(tt_view(handle(), longs(sizes), sizes.length, out()));
  }

  /// Dimensions of size 1 repeated without a copy; −1 keeps a size.
  default Tensor expand(long... sizes) {
    return result(tt_expand(handle(), longs(sizes), sizes.length, out()));
  }

  /// The dimensions in another order, as a view.
  default Tensor permute(long... order) {
    return result(tt_permute(handle(), longs(order), order.length, out()));
  }

  /// Reversed along the dimensions, as a copy.
  default Tensor flip(long... dims) {
    return result(tt_flip(handle(), longs(dims), dims.length, out()));
  }

  /// Copies laid side by side.
  default Tensor repeat(long... times) {
    return result(tt_repeat(handle(), longs(times), times.length, out()));
  }

  /// The dimensions from `start` to the last made one.
  default Tensor flatten(long start) {
    return result(tt_flatten(handle(), start, -1, out()));
  }

  /// The dimensions from `start` to `end`, inclusive, made one.
  default Tensor flatten(long start, long end) {
    return result(tt_flatten(handle(), start, end, out()));
  }

  /// Two dimensions swapped, as a view.
  default Tensor transpose(long a, long b) {
    return result(tt_transpose(handle(), a, b, out()));
  }

  /// Without a dimension of size 1.
  default Tensor squeeze(long dim) {
    return result(tt_squeeze(handle(), dim, out()));
  }

  /// With a dimension of size 1 put in at `dim`.
  default Tensor unsqueeze(long dim) {
    return result(tt_unsqueeze(handle(), dim, out()));
  }

  /// One entry of a dimension, which goes away; a view.
  default Tensor select(long dim, long index) {
    return result(tt_select(handle(), dim, index, out()));
  }

  /// The entries `start` to `end`, exclusive, of a dimension; a view. Ends are clamped.
  default Tensor slice(long dim, long start, long end) {
    return result(tt_slice(handle(), dim, start, end, 1, out()));
  }

  /// Every `step`-th entry from `start` to `end`, exclusive; a view.
  default Tensor slice(long dim, long start, long end, long step) {
    return result(tt_slice(handle(), dim, start, end, step, out()));
  }

  /// The entries that a 1-D int64 tensor names, along a dimension.
  default Tensor indexSelect(long dim, Tensor index) {
    return result(tt_index_select(handle(), dim, index.handle(), out()));
  }

  /// `out[i][j] = this[index[i][j]][j]` for dimension 0; index int64.
  default Tensor gather(long dim, Tensor index) {
    return result(tt_gather(handle(), dim, index.handle(), out()));
  }

  /// A copy with `source` written to the places that the int64 `index` names along a dimension.
  default Tensor scatter(long dim, Tensor index, Tensor source) {
    return result(tt_scatter(handle(), dim, index.handle(), source.handle(), out()));
  }

  /// The elements where the bool `mask` holds: 1-D. Waits for the device.
  default Tensor maskedSelect(Tensor mask) {
    return result(tt_masked_select(handle(), mask.handle(), out()));
  }

  /// The positions of the elements that are not zero: int64 [found, dims]. Waits for the device.
  default Tensor nonzero() {
    return result(tt_nonzero(handle(), out()));
  }

  /// A one and zeros for each int64 class number: int64 [..., classes].
  default Tensor oneHot(long classes) {
    return result(tt_one_hot(handle(), classes, out()));
  }

  /// Framed with a constant; `pad` is (before, after) for the last dimension, then the one before
  /// it, ….
  default Tensor pad(double value, long... pad) {
    return result(tt_pad(handle(), longs(pad), pad.length, value, out()));
  }
}
