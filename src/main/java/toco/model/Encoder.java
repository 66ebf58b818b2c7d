package toco.model;

import java.util.List;
import toco.torch.Tensor;

/// What turns images into tokens: a [VisionTransformer], or a TorchScript module.
public interface Encoder extends AutoCloseable {
  /// What the encoder makes of images; N = gridH · gridW.
  ///
  /// @param clsToken [B, D], normed
  /// @param patchTokens [B, N, D], normed
  /// @param auxTokens [B, N, D], not normed (normed for auxLayer −1)
  public record Tokens(
      Tensor clsToken, Tensor patchTokens, Tensor auxTokens, long gridH, long gridW) {
    /// Patch tokens as a map [B, D, gridH, gridW].
    public Tensor patchMap() {
      return map(patchTokens);
    }

    /// Auxiliary tokens as a map [B, D, gridH, gridW].
    public Tensor auxMap() {
      return map(auxTokens);
    }

    /// The same values, cut off from the graph.
    public Tokens detach() {
      return new Tokens(clsToken.detach(), patchTokens.detach(), auxTokens.detach(), gridH, gridW);
    }

    private Tensor map(Tensor tokens) {
      return tokens.transpose(1, 2).reshape(tokens.size(0), tokens.size(2), gridH, gridW);
    }
  }

  /// What the encoder makes of images of which only the first ones' patches matter.
  ///
  /// @param clsToken [B, D] of all images, normed
  /// @param tokens of the first images
  public record Encoded(Tensor clsToken, Tokens tokens) {}

  /// All tokens of all images.
  ///
  /// @param images [B, 3, H, W] normalised, H and W at least one patch; what exceeds whole patches
  ///   is not seen
  default Tokens forward(Tensor images) {
    return forward(images, images.size(0)).tokens();
  }

  /// The class tokens of all images, and all tokens of the first.
  ///
  /// @param images [B, 3, H, W] as above
  /// @param full how many images' patch tokens are wanted, 1…B
  Encoded forward(Tensor images, long full);

  /// The class tokens alone, [B, D], normed.
  ///
  /// @param images [B, 3, H, W] as above
  Tensor forwardClass(Tensor images);

  /// The patch tokens behind every block, of which [#forward] keeps only what the network needs.
  ///
  /// @param images [B, 3, H, W] as above
  /// @return a tensor [B, N, D] a block, not normed, the first block's first; an encoder that does
  ///   not show its blocks gives its patch tokens
  List<Tensor> patchTokensOfBlocks(Tensor images);

  /// Whether forwards with gradients keep only each block's input; [#backward] is then part of the
  /// backward pass.
  void checkpointActivations(boolean on);

  /// Carries gradients on through the blocks whose activations were not kept.
  void backward();

  /// Frees what is not among the network's parameters.
  @Override
  default void close() {}
}
