package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.torch.ffi.TocoTorch;

/// Gradients as values, without touching [Tensor#grad]: `torch.autograd.grad`.
public final class Autograd {
  private Autograd() {}

  /// The gradients of a scalar.
  ///
  /// @return a gradient an input, of the innermost scope, or else the caller's; null for an input
  ///   that the scalar does not depend on
  /// @throws TorchException if nothing records gradients, or the output is no scalar
  public static List<@Nullable Tensor> grad(Tensor output, List<Tensor> inputs) {
    return grad(List.of(output), null, inputs, false, false);
  }

  /// The gradients of several tensors' weighted sum.
  ///
  /// @param gradOutputs the weights, a tensor of each output's shape; null where all are scalars
  /// @param retainGraph keep the graph for another pass
  /// @param createGraph record the pass itself, for derivatives of higher order; keeps the graph
  ///   too
  /// @return as above
  public static List<@Nullable Tensor> grad(
      List<Tensor> outputs,
      @Nullable List<Tensor> gradOutputs,
      List<Tensor> inputs,
      boolean retainGraph,
      boolean createGraph) {
    if (gradOutputs != null && gradOutputs.size() != outputs.size()) {
      throw new IllegalArgumentException(
          "expected a tensor of gradOutputs for each of %d outputs, got %d"
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
