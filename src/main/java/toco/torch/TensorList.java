package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import toco.torch.ffi.TocoTorch;

/// A fixed list of tensors that is handed to LibTorch in one piece: all parameters of an optimizer,
/// their moments, a network's weights. What would be a dozen calls a parameter is one call a list.
///
/// The list borrows its tensors, which must stay open; they belong to no scope or to one that
/// outlives the list.
public final class TensorList {
  private final List<Tensor> tensors;
  private final MemorySegment handles;

  /// Neighbours in a list that share a learning rate.
  ///
  /// @param size how many they are; the first follows the last of the group before
  public record Group(int size, double lr) {
    public Group {
      if (size < 0) {
        throw new IllegalArgumentException("a group's size must be ≥ 0, got " + size);
      }
    }
  }

  /// @param tensors stay the caller's, and must outlive the list
  public TensorList(List<Tensor> tensors) {
    this.tensors = List.copyOf(tensors);
    handles = Arena.ofAuto().allocate(Math.max(8, 8L * tensors.size()), 8);
    for (int i = 0; i < tensors.size(); i++) {
      handles.setAtIndex(ADDRESS, i, tensors.get(i).handle());
    }
  }

  /// The tensors, in order.
  public List<Tensor> tensors() {
    return tensors;
  }

  /// How many there are.
  public int size() {
    return tensors.size();
  }

  /// Drops the gradients.
  public void zeroGrad() {
    CallScratch.check(TocoTorch.tt_zero_grad(handles(), size(), 1));
  }

  /// Scales the gradients down so that their common Euclidean norm is at most `maxNorm`, as
  /// `torch.nn.utils.clip_grad_norm_`.
  ///
  /// @return the norm before, a scalar on their device
  public Tensor clipGradNorm_(double maxNorm) {
    return CallScratch.result(
        TocoTorch.tt_clip_grad_norm_(handles(), size(), maxNorm, CallScratch.out()));
  }

  /// One step of AdamW (Loshchilov and Hutter 2019) over the whole list, fused.
  ///
  /// @param expAvgs first moments, a tensor a parameter
  /// @param expAvgSqs second moments
  /// @param groups the learning rates; their sizes add up to the list's
  /// @param step number of this step, from 1
  /// @param missingAsZero whether a parameter without gradient is updated as if it were zero, or
  ///   left alone
  public void adamwStep(
      TensorList expAvgs,
      TensorList expAvgSqs,
      List<Group> groups,
      long step,
      double beta1,
      double beta2,
      double eps,
      double weightDecay,
      boolean missingAsZero) {
    requireSameSize(expAvgs);
    requireSameSize(expAvgSqs);
    try (var arena = Arena.ofConfined()) {
      CallScratch.check(
          TocoTorch.tt_adamw_step(
              handles(),
              expAvgs.handles(),
              expAvgSqs.handles(),
              size(),
              sizes(groups, arena),
              rates(groups, arena),
              groups.size(),
              step,
              beta1,
              beta2,
              eps,
              weightDecay,
              missingAsZero ? 1 : 0));
    }
  }

  /// One step of SGD over the whole list, fused; the momentum buffers are read only if momentum is
  /// not 0.
  ///
  /// @param groups the learning rates; their sizes add up to the list's
  public void sgdStep(
      TensorList momentumBuffers,
      List<Group> groups,
      long step,
      double momentum,
      double weightDecay,
      boolean missingAsZero) {
    requireSameSize(momentumBuffers);
    try (var arena = Arena.ofConfined()) {
      CallScratch.check(
          TocoTorch.tt_sgd_step(
              handles(),
              momentumBuffers.handles(),
              size(),
              sizes(groups, arena),
              rates(groups, arena),
              groups.size(),
              step,
              momentum,
              weightDecay,
              missingAsZero ? 1 : 0));
    }
  }

  private static MemorySegment sizes(List<Group> groups, Arena arena) {
    return arena.allocateFrom(JAVA_LONG, groups.stream().mapToLong(Group::size).toArray());
  }

  private static MemorySegment rates(List<Group> groups, Arena arena) {
    return arena.allocateFrom(JAVA_DOUBLE, groups.stream().mapToDouble(Group::lr).toArray());
  }

  /// Moves this list towards `sources`: `this = momentum · this + (1 − momentum) · source`.
  public void emaUpdate(TensorList sources, double momentum) {
    requireSameSize(sources);
    CallScratch.check(TocoTorch.tt_ema_update(handles(), sources.handles(), size(), momentum));
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
