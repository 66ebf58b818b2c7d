package toco.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.torch.GradMode;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// A pass through encoder blocks of which only each block's input is kept: the backward pass goes
/// block by block and computes the rest again (activation checkpointing).
///
/// What follows the blocks hangs on leaves, [#result] and [#aux]. Once their gradients are there,
/// [#backward] carries them on.
final class Recomputation {
  private final List<Block> blocks;
  private final Tensor embedded;
  private final List<Tensor> inputs = new ArrayList<>();
  private final int auxBlock;
  private final Tensor result;
  private final Tensor aux;

  /// Makes the forward pass.
  ///
  /// @param embedded tokens in front of the first block [B, T, D], in the graph
  /// @param auxBlock the block whose result is also the auxiliary tokens; elsewhere, `aux` is the
  ///   result
  Recomputation(List<Block> blocks, Tensor embedded, int auxBlock) {
    this.blocks = blocks;
    this.embedded = embedded;
    this.auxBlock = auxBlock;
    var x = embedded.detach();
    Tensor auxTokens = null;
    try (var _ = GradMode.noGrad()) {
      for (int i = 0; i < blocks.size(); i++) {
        inputs.add(x);
        x = blocks.get(i).forward(x);
        auxTokens = i == auxBlock ? x : auxTokens;
      }
    }
    result = leaf(x);
    aux = auxTokens == null ? result : leaf(auxTokens);
  }

  Tensor result() {
    return result;
  }

  Tensor aux() {
    return aux;
  }

  /// Carries the leaves' gradients through the blocks to their weights and to what lies before.
  void backward() {
    try (var _ = TensorScope.open();
        var _ = GradMode.enabled(true)) {
      var gradient = result.grad();
      for (int i = blocks.size() - 1; i >= 0; i--) {
        if (i == auxBlock && aux != result) {
          gradient = sum(gradient, aux.grad());
        }
        if (gradient != null) {
          gradient = through(i, gradient);
        }
      }
      if (gradient != null) {
        embedded.backward(gradient);
      }
    }
  }

  /// The gradient in front of a block. Nothing else of the block outlives the call.
  private Tensor through(int i, Tensor gradient) {
    return TensorScope.scoped(() -> {
      var input = leaf(inputs.get(i));
      blocks.get(i).forward(input).backward(gradient);
      var inFront = input.grad();
      if (inFront == null) {
        throw new IllegalStateException("block " + i + " gave its input no gradient");
      }
      return inFront;
    });
  }

  private static @Nullable Tensor sum(@Nullable Tensor a, @Nullable Tensor b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return a.add(b);
  }

  private static Tensor leaf(Tensor tensor) {
    return tensor.detach().requiresGrad_(true);
  }
}
