package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.torch.ffi.TocoTorch;

/// Gradients as return values, without changing [Tensor#grad]: `torch.autograd.grad`.
public final class Autograd {
  private Autograd() {}

  /// The gradients of a scalar with respect to `inputs`.
  ///
  /// @return one gradient per input, owned by the innermost scope or else the caller; null for an
  ///   input that the scalar does not depend on
  /// @throws TorchException if the output has no graph, or is not a scalar
  public static List<@Nullable Tensor> grad(Tensor output, List<Tensor> inputs) {
    return grad(List.of(output), null, inputs, false, false);
  }

  /// The gradients of the weighted sum of several tensors with respect to `inputs`.
  ///
  /// @param gradOutputs the weights, one tensor of the same shape per output; null if all outputs
  ///   are scalars
  /// @param retainGraph keep the graph for another backward pass
  /// @param createGraph record the backward pass itself, for higher-order derivatives; implies
  ///   `retainGraph`
  /// @return as above
  public static List<@Nullable Tensor> grad(
      List<Tensor> outputs,
      @Nullable List<Tensor> gradOutputs,
      List<Tensor> inputs,
      boolean retainGraph,
      boolean createGraph) {
    if (gradOutputs != null && gradOutputs.size() != outputs.size()) {
      throw new IllegalArgumentException(
          "gradOutputs must have one tensor per output: expected %s, got %s"
              .formatted(outputs.size(), gradOutputs.size()));
    }
    var out = CallScratch.get().take(Math.max(1, inputs.size()));
    CallScratch.check(
        TocoTorch.tt_autograd_grad(
            CallScratch.handles(outputs),
            gradOutputs == null ? MemorySegment.NULL : CallScratch.handles(gradOutputs),
            outputs.size(),
            CallScratch.handles(inputs),
            inputs.size(),
            retainGraph || createGraph ? 1 : 0,
            createGraph ? 1 : 0,
            out));
    var gradients = new ArrayList<@Nullable Tensor>();
    for (int i = 0; i < inputs.size(); i++) {
      var handle = out.getAtIndex(ADDRESS, i);
      gradients.add(handle.address() == 0 ? null : Tensor.adopt(handle));
    }
    return gradients;
  }
}
