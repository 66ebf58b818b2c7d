package toco.torch;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.torch.Index.At;
import toco.torch.Index.Ellipsis;
import toco.torch.Index.NewAxis;
import toco.torch.Index.Positions;
import toco.torch.Index.Slice;

/// A tensor to which all indices but tensors have been applied.
///
/// @param view shares the tensor's memory
/// @param positions one index tensor per dimension of the view, null for a whole dimension; empty
///   if no index was a tensor
record Indexing(Tensor view, List<@Nullable Tensor> positions) {
  /// Applies positions, slices and new axes as views, left to right, as PyTorch does.
  ///
  /// @throws IllegalArgumentException for two ellipses, or more indices than dimensions
  static Indexing of(Tensor tensor, Index... indices) {
    int indexedDims = 0;
    int ellipses = 0;
    for (var index : indices) {
      indexedDims +=
          switch (index) {
            case At _, Slice _ -> 1;
            case Positions(Tensor positions) ->
                positions.dtype() == DType.BOOL ? positions.dim() : 1;
            case Ellipsis _, NewAxis _ -> 0;
          };
      ellipses += index instanceof Ellipsis ? 1 : 0;
    }
    int dims = tensor.dim();
    if (ellipses > 1 || indexedDims > dims) {
      throw new IllegalArgumentException(
          ellipses > 1
              ? "expected at most one ellipsis, got " + ellipses
              : "%s indices for a tensor of %s dimensions; expected at most one per dimension"
                  .formatted(indexedDims, dims));
    }
    var view = tensor;
    var positions = new ArrayList<@Nullable Tensor>();
    int dim = 0;
    boolean hasPositions = false;
    for (var index : indices) {
      switch (index) {
        case At(long position) -> view = view.select(dim, position);
        case Slice(long start, long end, long step) -> {
          view = view.slice(dim, start, end, step);
          dim++;
        }
        case NewAxis _ -> {
          view = view.unsqueeze(dim);
          dim++;
        }
        case Ellipsis _ -> dim += dims - indexedDims;
        case Positions(Tensor given) -> {
          while (positions.size() < dim) {
            positions.add(null);
          }
          positions.add(given);
          dim += given.dtype() == DType.BOOL ? given.dim() : 1;
          hasPositions = true;
        }
      }
    }
    return new Indexing(view, hasPositions ? positions : List.of());
  }
}
