package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import toco.torch.ffi.TocoTorch;

/// A fixed list of tensors for operations on all of them in one native call, such as the parameters
/// of an optimizer or their moments: one call per list instead of a dozen per parameter.
///
/// The list borrows its tensors. They must stay open as long as the list is used.
public final class TensorList {
  private final List<Tensor> tensors;
  private final MemorySegment handles;

  /// Consecutive tensors of a list that share a learning rate.
  ///
  /// @param size number of tensors; groups follow one another in the list
  /// @param lr learning rate
  public record Group(int size, double lr) {
    /// @throws IllegalArgumentException for a negative size
    public Group {
      if (size < 0) {
        throw new IllegalArgumentException("a group's size must be ≥ 0, got " + size);
      }
    }
  }

  /// @param tensors owned by the caller, and must outlive the list
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

  /// The number of tensors.
  public int size() {
    return tensors.size();
  }

  /// Sets all gradients to none, as `zero_grad(set_to_none=True)`.
  public void zeroGrad() {
    CallScratch.check(TocoTorch.tt_zero_grad(handles(), size(), 1));
  }

  /// Scales the gradients down so that their total Euclidean norm is at most `maxNorm`, as
  /// `torch.nn.utils.clip_grad_norm_`.
  ///
  /// @return the total norm before clipping, a scalar on the gradients' device
  public Tensor clipGradNorm_(double maxNorm) {
    return CallScratch.result(
        TocoTorch.tt_clip_grad_norm_(handles(), size(), maxNorm, CallScratch.out()));
  }

  /// The Euclidean norm of all gradients together, as [#clipGradNorm_] returns it; it changes none.
  ///
  /// @return float32 scalar on their device; 0 if there is no gradient
  public Tensor gradNorm() {
    try (var scope = TensorScope.open()) {
      var gradients = new ArrayList<Tensor>();
      for (var tensor : tensors) {
        var gradient = tensor.grad();
        if (gradient != null) {
          gradients.add(gradient);
        }
      }
      if (gradients.isEmpty()) {
        return scope.keep(
            Tensor.full(
                0, DType.FLOAT32, tensors.isEmpty() ? Device.CPU : tensors.getFirst().device()));
      }
      var norms = new ArrayList<Tensor>();
      for (var norm : Ops.callAll("aten::_foreach_norm.Scalar", gradients, 2)) {
        if (norm instanceof List<?> all) {
          all.forEach(it -> norms.add((Tensor) it));
        }
      }
      return scope.keep(Tensor.stack(norms, 0).norm());
    }
  }

  /// One step of AdamW (Loshchilov and Hutter 2019) over the whole list, fused.
  ///
  /// @param expAvgs first moments, one tensor per parameter
  /// @param expAvgSqs second moments, one tensor per parameter
  /// @param groups the learning rates; their sizes add up to this list's
  /// @param step number of this step, from 1
  /// @param missingAsZero whether a parameter without gradient is updated as if its gradient were
  ///   zero, or skipped
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

  /// One step of SGD over the whole list, fused.
  ///
  /// @param momentumBuffers one tensor per parameter, used only if momentum is not 0
  /// @param groups the learning rates; their sizes add up to this list's
  /// @param step number of this step, from 1
  /// @param missingAsZero as in [#adamwStep]
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

  /// Exponential moving average: `this = momentum · this + (1 − momentum) · source`, per tensor.
  public void emaUpdate(TensorList sources, double momentum) {
    requireSameSize(sources);
    CallScratch.check(TocoTorch.tt_ema_update(handles(), sources.handles(), size(), momentum));
  }

  private void requireSameSize(TensorList other) {
    if (other.size() != size()) {
      throw new IllegalArgumentException(
          "lists must have one entry per parameter: expected %s, got %s"
              .formatted(size(), other.size()));
    }
  }

  private MemorySegment handles() {
    for (var tensor : tensors) {
      tensor.handle(); // throws if the tensor is closed
    }
    return handles;
  }
}
