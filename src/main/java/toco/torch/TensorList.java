package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import toco.torch.ffi.TocoTorch;

/// A fixed list of tensors that is handed to LibTorch in one piece: a parameter group, its moments,
/// a network's weights. What would be a dozen calls a parameter is one call a list.
///
/// The list borrows its tensors, which must stay open; they belong to no scope or to one that
/// outlives the list.
public final class TensorList {
  private final List<Tensor> tensors;
  private final MemorySegment handles;

  public TensorList(List<Tensor> tensors) {
    this.tensors = List.copyOf(tensors);
    handles = Arena.ofAuto().allocate(Math.max(8, 8L * tensors.size()), 8);
    for (int i = 0; i < tensors.size(); i++) {
      handles.setAtIndex(ADDRESS, i, tensors.get(i).handle());
    }
  }

  public List<Tensor> tensors() {
    return tensors;
  }

  public int size() {
    return tensors.size();
  }

  /// Drops the gradients.
  public void zeroGrad() {
    Frame.check(TocoTorch.tt_zero_grad(handles(), size(), 1));
  }

  /// One step of AdamW (Loshchilov and Hutter 2019) over the whole list, fused.
  ///
  /// @param expAvgs first moments, a tensor a parameter
  /// @param expAvgSqs second moments
  /// @param step number of this step, from 1
  /// @param missingAsZero whether a parameter without gradient is updated as if it were zero, or
  ///   left alone
  public void adamwStep(
      TensorList expAvgs,
      TensorList expAvgSqs,
      long step,
      double lr,
      double beta1,
      double beta2,
      double eps,
      double weightDecay,
      boolean missingAsZero) {
    requireSameSize(expAvgs);
    requireSameSize(expAvgSqs);
    Frame.check(
        TocoTorch.tt_adamw_step(
            handles(),
            expAvgs.handles(),
            expAvgSqs.handles(),
            size(),
            step,
            lr,
            beta1,
            beta2,
            eps,
            weightDecay,
            missingAsZero ? 1 : 0));
  }

  /// One step of SGD over the whole list, fused; the momentum buffers are read only if momentum is
  /// not 0.
  public void sgdStep(
      TensorList momentumBuffers,
      long step,
      double lr,
      double momentum,
      double weightDecay,
      boolean missingAsZero) {
    requireSameSize(momentumBuffers);
    Frame.check(
        TocoTorch.tt_sgd_step(
            handles(),
            momentumBuffers.handles(),
            size(),
            step,
            lr,
            momentum,
            weightDecay,
            missingAsZero ? 1 : 0));
  }

  /// Moves this list towards `sources`: `this = momentum · this + (1 − momentum) · source`.
  public void emaUpdate(TensorList sources, double momentum) {
    requireSameSize(sources);
    Frame.check(TocoTorch.tt_ema_update(handles(), sources.handles(), size(), momentum));
  }

  private void requireSameSize(TensorList other) {
    if (other.size() != size()) {
      throw new IllegalArgumentException(
          "lists must have one entry a parameter: expected %d, got %d"
              .formatted(size(), other.size()));
    }
  }

  private MemorySegment handles() {
    for (var tensor : tensors) {
      tensor.handle(); // a closed parameter must not reach native code
    }
    return handles;
  }
}
