package toco.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.model.RotaryEmbedding.Rotation;
import toco.torch.GradMode;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// A forward pass through encoder blocks with activation checkpointing: only each block's input is
/// kept, and the backward pass recomputes the rest, block by block.
///
/// [#result] and [#aux] are leaves for the rest of the network. After its backward pass has set
/// their gradients, [#backward] continues through the blocks.
final class ActivationCheckpoint {
  private final List<Block> blocks;
  private final List<DropPath> drops;
  private final Tensor embedded;
  private final @Nullable Rotation rotation;
  private final List<Tensor> inputs = new ArrayList<>();
  private final int auxBlock;
  private final Tensor result;
  private final Tensor aux;

  /// Runs the forward pass.
  ///
  /// @param embedded input of the first block [B, T, D], with its graph if it has one
  /// @param rotation for the attention of the blocks, or null for none
  /// @param drops of each block
  /// @param auxBlock index of the block whose output is also the auxiliary tokens; if there is no
  ///   such block, `aux` is the result
  ActivationCheckpoint(
      List<Block> blocks,
      Tensor embedded,
      @Nullable Rotation rotation,
      List<DropPath> drops,
      int auxBlock) {
    this.blocks = blocks;
    this.drops = drops;
    this.embedded = embedded;
    this.rotation = rotation;
    this.auxBlock = auxBlock;
    var x = embedded.detach();
    Tensor auxTokens = null;
    try (var _ = GradMode.noGrad()) {
      for (int i = 0; i < blocks.size(); i++) {
        inputs.add(x);
        x = blocks.get(i).forward(x, rotation, drops.get(i));
        auxTokens = i == auxBlock ? x : auxTokens;
      }
    }
    result = leaf(x);
    aux = auxTokens == null ? result : leaf(auxTokens);
  }

  /// Output of the last block, [B, T, D].
  Tensor result() {
    return result;
  }

  /// Output of the auxiliary block, [B, T, D].
  Tensor aux() {
    return aux;
  }

  /// Backpropagates the gradients of [#result] and [#aux] to the blocks' weights and to `embedded`.
  void backward() {
    try (var _ = TensorScope.open();
        var _ = GradMode.enabled(true)) {
      var gradient = result.grad();
      for (int i = blocks.size() - 1; i >= 0; i--) {
        if (i == auxBlock && aux != result) {
          gradient = sum(gradient, aux.grad());
        }
        if (gradient != null) {
          gradient = recomputeAndBackward(i, gradient);
        }
      }
      if (gradient != null && embedded.requiresGrad()) {
        embedded.backward(gradient);
      }
    }
  }

  /// Recomputes block `i` with its graph and returns the gradient of its input. The graph is freed.
  private Tensor recomputeAndBackward(int i, Tensor gradient) {
    return TensorScope.scoped(() -> {
      var input = leaf(inputs.get(i));
      blocks.get(i).forward(input, rotation, drops.get(i)).backward(gradient);
      var inputGradient = input.grad();
      if (inputGradient == null) {
        throw new IllegalStateException("block " + i + " gave its input no gradient");
      }
      return inputGradient;
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
