package toco.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.config.EncoderShape;
import toco.model.RotaryEmbedding.Rotation;
import toco.nn.LayerNorm;
import toco.nn.Parameters;
import toco.torch.Tensor;

/// A vision transformer with timm's layer names and state-dict keys, for any image size: ViT, DeiT
/// and what [toco.config.VitVariant] describes.
final class VisionTransformer implements Encoder {
  private final EncoderShape shape;
  private final int auxLayer;
  private final TokenEmbedding embedding;
  private final List<Block> blocks = new ArrayList<>();
  private final LayerNorm norm;
  private final List<ActivationCheckpoint> checkpoints = new ArrayList<>(); // until backward()
  private boolean checkpointActivations;

  /// @param auxLayer block whose output is the auxiliary tokens, counted from the end; −1 is the
  ///   last block, whose tokens are normed
  /// @param initStd standard deviation of the initial values of the blocks' weight matrices
  VisionTransformer(Parameters params, EncoderShape shape, int auxLayer, double initStd) {
    this.shape = shape;
    this.auxLayer = auxLayer;
    embedding = new TokenEmbedding(params, shape);
    for (int i = 0; i < shape.depth(); i++) {
      blocks.add(new Block(params.child("blocks").child(String.valueOf(i)), shape, initStd));
    }
    norm = new LayerNorm(params.child("norm"), shape.embedDim(), shape.layerNormEps());
  }

  /// Of the images after the first `full`, the last block computes the class tokens only.
  @Override
  public Encoded forward(Tensor images, long full) {
    var trunk = trunk(images);
    long batch = trunk.x.size(0);
    var x =
        norm.forward(
            lastBlock().forward(trunk.x.slice(0, 0, full), trunk.rotation)); // [full, T, D]
    var patchTokens = patchTokens(x);
    var auxTokens = auxLayer == -1 ? patchTokens : patchTokens(trunk.aux.slice(0, 0, full));
    var tokens = new Tokens(x.select(1, 0), patchTokens, auxTokens, trunk.gridH, trunk.gridW);
    if (full == batch) {
      return new Encoded(tokens.clsToken(), tokens);
    }
    var otherClsTokens =
        classTokens(trunk.x.slice(0, full, batch), trunk.rotation); // [B − full, D]
    return new Encoded(Tensor.cat(List.of(tokens.clsToken(), otherClsTokens), 0), tokens);
  }

  @Override
  public Tensor forwardClass(Tensor images) {
    var trunk = trunk(images);
    return classTokens(trunk.x, trunk.rotation);
  }

  @Override
  public List<Tensor> patchTokensOfBlocks(Tensor images) {
    var embedded = embedding.forward(images);
    var x = embedded.x();
    var perBlock = new ArrayList<Tensor>();
    for (var block : blocks) {
      x = block.forward(x, embedded.rotation());
      perBlock.add(patchTokens(x));
    }
    return List.copyOf(perBlock);
  }

  /// Output of all blocks but the last.
  ///
  /// @param x [B, T, D]
  /// @param aux output of the auxiliary block [B, T, D]; meaningless if that is the last block
  /// @param rotation for the attention of the last block, or null
  private record Trunk(Tensor x, Tensor aux, @Nullable Rotation rotation, long gridH, long gridW) {}

  private Trunk trunk(Tensor images) {
    var embedded = embedding.forward(images);
    var x = embedded.x();
    var rotation = embedded.rotation();
    long gridH = embedded.gridH();
    long gridW = embedded.gridW();
    var trunkBlocks = blocks.subList(0, blocks.size() - 1);
    int auxBlock = blocks.size() + auxLayer;
    if (checkpointActivations && x.requiresGrad()) {
      var checkpoint = new ActivationCheckpoint(trunkBlocks, x, rotation, auxBlock);
      checkpoints.add(checkpoint);
      return new Trunk(checkpoint.result(), checkpoint.aux(), rotation, gridH, gridW);
    }
    var aux = x;
    for (int i = 0; i < trunkBlocks.size(); i++) {
      x = trunkBlocks.get(i).forward(x, rotation);
      if (i == auxBlock) {
        aux = x;
      }
    }
    return new Trunk(x, aux, rotation, gridH, gridW);
  }

  @Override
  public void checkpointActivations(boolean on) {
    checkpointActivations = on;
  }

  @Override
  public void backward() {
    checkpoints.forEach(ActivationCheckpoint::backward);
    checkpoints.clear();
  }

  @Override
  public void close() {
    embedding.close();
  }

  private Block lastBlock() {
    return blocks.getLast();
  }

  /// The last block and the norm, for the class tokens only: [B, T, D] → [B, D].
  private Tensor classTokens(Tensor x, @Nullable Rotation rotation) {
    return norm.forward(lastBlock().forwardPrefix(x, shape.prefixTokens(), rotation)).select(1, 0);
  }

  /// [B, T, D] → [B, N, D].
  private Tensor patchTokens(Tensor tokens) {
    return tokens.slice(1, shape.prefixTokens(), Long.MAX_VALUE);
  }
}
