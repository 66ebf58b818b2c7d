package toco.torch;

/// Indexing as between Python's brackets; see [Index].
sealed interface IndexOps permits Tensor {
  /// `x[…]`: a view where only positions, slices and new axes are given, else a copy.
  ///
  /// @param indices a place a dimension, from the first; those left out are whole
  /// @throws TorchException if a position is out of range, or tensors do not broadcast
  default Tensor index(Index... indices) {
    return TensorScope.scoped(() -> {
      var applied = Indexing.of((Tensor) this, indices);
      return applied.positions().isEmpty()
          ? own(applied)
          : Ops.call("aten::index.Tensor", applied.view(), applied.positions());
    });
  }

  /// The view, but never this very object, which a scope must not take over.
  private Tensor own(Indexing applied) {
    return applied.view() == this ? Ops.call("aten::alias", this) : applied.view();
  }

  /// `x[…] = values`: writes in place and returns this tensor.
  ///
  /// @param values broadcast to the places' shape
  default Tensor indexPut_(Tensor values, Index... indices) {
    return indexPut_(values, false, indices);
  }

  /// The same, or adding to what is there: places that come twice then count twice.
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

  /// `x[…] = value`.
  default Tensor indexPut_(double value, Index... indices) {
    try (var _ = TensorScope.open()) {
      var me = (Tensor) this;
      return indexPut_(Tensor.full(value, me.dtype(), me.device()), indices);
    }
  }
}
