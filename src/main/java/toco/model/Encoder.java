package toco.model;

import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import toco.data.CounterRandom;
import toco.torch.Tensor;

/// Turns images into tokens: a vision transformer, or a TorchScript module.
public interface Encoder extends AutoCloseable {
  /// The encoder's output; N = gridH · gridW.
  ///
  /// @param clsToken [B, D], normed; of an encoder with a token per class ([MoreNetwork]) [B, K, D]
  /// @param patchTokens [B, N, D], normed
  /// @param auxTokens [B, N, D], not normed (normed for auxLayer −1)
  /// @param clsAttention float32 [B, N], the class token's attention to the patches in the last
  ///   block, mean over its heads, without gradient; null unless `model.attendedPooling` is on and
  ///   the pass records gradients
  public record Tokens(
      Tensor clsToken,
      Tensor patchTokens,
      Tensor auxTokens,
      long gridH,
      long gridW,
      @Nullable Tensor clsAttention) {
    /// Tokens without the class token's attention.
    public Tokens(Tensor clsToken, Tensor patchTokens, Tensor auxTokens, long gridH, long gridW) {
      this(clsToken, patchTokens, auxTokens, gridH, gridW, null);
    }

    /// Patch tokens as a map [B, D, gridH, gridW].
    public Tensor patchMap() {
      return map(patchTokens);
    }

    /// Auxiliary tokens as a map [B, D, gridH, gridW].
    public Tensor auxMap() {
      return map(auxTokens);
    }

    /// The same values without the autograd graph.
    public Tokens detach() {
      return new Tokens(clsToken.detach(), patchTokens.detach(), auxTokens.detach(), gridH, gridW);
    }

    private Tensor map(Tensor tokens) {
      return tokens.transpose(1, 2).reshape(tokens.size(0), tokens.size(2), gridH, gridW);
    }
  }

  /// The encoder's output where only the first images' patch tokens are wanted.
  ///
  /// @param clsToken class tokens of all images [B, D], normed
  /// @param tokens all tokens of the first images
  public record Encoded(Tensor clsToken, Tokens tokens) {}

  /// All tokens of all images.
  ///
  /// @param images [B, 3, H, W] normalised, H and W at least one patch; pixels beyond the last
  ///   whole patch are ignored
  default Tokens forward(Tensor images) {
    return forward(images, images.size(0)).tokens();
  }

  /// The class tokens of all images, and all tokens of the first `full` images.
  ///
  /// @param images [B, 3, H, W] as above
  /// @param full number of leading images whose patch tokens are wanted, 1…B
  Encoded forward(Tensor images, long full);

  /// The class tokens only, [B, D], normed.
  ///
  /// @param images [B, 3, H, W] as above
  Tensor forwardClass(Tensor images);

  /// The patch tokens after every block.
  ///
  /// @param images [B, 3, H, W] as above
  /// @return one tensor [B, N, D] per block, in order, not normed; an encoder whose blocks are not
  ///   accessible returns only its patch tokens
  List<Tensor> patchTokensOfBlocks(Tensor images);

  /// Sets the generators of drop path, one for each image of a pass; null: nothing is dropped. An
  /// encoder whose blocks are not accessible drops nothing.
  default void dropPath(@Nullable IntFunction<CounterRandom> random) {}

  /// Turns activation checkpointing on or off: forward passes with gradients then keep only each
  /// block's input, and [#backward] must follow the loss's backward pass.
  void checkpointActivations(boolean on);

  /// Continues the backward pass through the blocks of checkpointed forward passes.
  void backward();

  /// Frees everything but the network's parameters.
  @Override
  default void close() {}
}
