package toco.torch;

import static toco.torch.CallScratch.longs;
import static toco.torch.CallScratch.out;
import static toco.torch.CallScratch.result;
import static toco.torch.ffi.TocoTorch.tt_expand;
import static toco.torch.ffi.TocoTorch.tt_flatten;
import static toco.torch.ffi.TocoTorch.tt_flip;
import static toco.torch.ffi.TocoTorch.tt_interpolate;
import static toco.torch.ffi.TocoTorch.tt_pad;
import static toco.torch.ffi.TocoTorch.tt_permute;
import static toco.torch.ffi.TocoTorch.tt_repeat;
import static toco.torch.ffi.TocoTorch.tt_reshape;
import static toco.torch.ffi.TocoTorch.tt_squeeze;
import static toco.torch.ffi.TocoTorch.tt_transpose;
import static toco.torch.ffi.TocoTorch.tt_unsqueeze;
import static toco.torch.ffi.TocoTorch.tt_view;

import java.lang.foreign.MemorySegment;
import java.util.List;

/// Changes of shape and size: views where PyTorch returns views.
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

  /// Dimensions of size 1 repeated without copying; −1 keeps a size.
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

  /// Tiled: `times` copies along each dimension.
  default Tensor repeat(long... times) {
    return result(tt_repeat(handle(), longs(times), times.length, out()));
  }

  /// The dimensions from `start` to the last merged into one.
  default Tensor flatten(long start) {
    return result(tt_flatten(handle(), start, -1, out()));
  }

  /// The dimensions from `start` to `end`, inclusive, merged into one.
  default Tensor flatten(long start, long end) {
    return result(tt_flatten(handle(), start, end, out()));
  }

  /// Two dimensions swapped, as a view.
  default Tensor transpose(long a, long b) {
    return result(tt_transpose(handle(), a, b, out()));
  }

  /// Removes a dimension of size 1.
  default Tensor squeeze(long dim) {
    return result(tt_squeeze(handle(), dim, out()));
  }

  /// Inserts a dimension of size 1 at `dim`.
  default Tensor unsqueeze(long dim) {
    return result(tt_unsqueeze(handle(), dim, out()));
  }

  /// Views of at most `size` positions each along a dimension.
  default List<Tensor> split(long size, long dim) {
    return tensors(Ops.callAll("aten::split.Tensor", this, size, dim));
  }

  /// At most `chunks` views of equal size along a dimension; the last one may be shorter.
  default List<Tensor> chunk(long chunks, long dim) {
    return tensors(Ops.callAll("aten::chunk", this, chunks, dim));
  }

  /// One view per position of a dimension, which is removed.
  default List<Tensor> unbind(long dim) {
    return tensors(Ops.callAll("aten::unbind.int", this, dim));
  }

  private static List<Tensor> tensors(List<?> results) {
    return ((List<?>) results.getFirst()).stream().map(Tensor.class::cast).toList();
  }

  /// Padded with a constant; `pad` is (before, after) for the last dimension, then for the one
  /// before it, and so on.
  default Tensor pad(double value, long... pad) {
    return result(tt_pad(handle(), longs(pad), pad.length, value, out()));
  }

  /// Images [B, C, H, W] resized to `height` × `width`.
  default Tensor interpolate(long height, long width, Interpolation mode) {
    return result(
        tt_interpolate(handle(), height, width, mode.code, 0, mode.antialias ? 1 : 0, out()));
  }
}
