package toco.model;

import java.util.ArrayList;
import java.util.List;
import toco.config.EncoderShape;
import toco.nn.Conv2d;
import toco.nn.Init;
import toco.nn.LayerNorm;
import toco.nn.Parameters;
import toco.torch.Tensor;

/// The encoder: ViT or DeiT at any image size that the patch divides (METHOD: timm's layer names
/// and keys).
///
/// The position embedding is frozen and resized to the image's grid on every forward.
final class VisionTransformer implements Encoder {
  private final EncoderShape shape;
  private final int auxLayer;
  private final Conv2d patchEmbed;
  private final List<Tensor> prefix = new ArrayList<>();
  private final Tensor posEmbed;
  private final List<Block> blocks = new ArrayList<>();
  private final LayerNorm norm;
  private final List<Recomputation> recomputations =
      new ArrayList<>(); // of forwards to come back to
  private boolean checkpointing;

  /// @param auxLayer block whose tokens are the auxiliary ones, counted from the end: −1 is the
  ///   last, normed
  /// @param initStd deviation of the first values of the blocks' matrices
  VisionTransformer(Parameters params, EncoderShape shape, int auxLayer, double initStd) {
    this.shape = shape;
    this.auxLayer = auxLayer;
    int width = shape.embedDim();
    int patch = shape.patchSizePx();
    prefix.add(params.add("cls_token", Init.truncatedNormal(0.02, 1, 1, width)));
    if (shape.distilled()) {
      prefix.add(params.add("dist_token", Init.truncatedNormal(0.02, 1, 1, width)));
    }
    long positions = shape.prefixTokens() + (long) shape.gridSize() * shape.gridSize();
    posEmbed = params.addFrozen("pos_embed", Init.truncatedNormal(0.02, 1, positions, width));
    patchEmbed =
        new Conv2d(
            params.child("patch_embed").child("proj"),
            3,
            width,
            new Conv2d.Geometry(patch, patch, 0, 1),
            true);
    for (int i = 0; i < shape.depth(); i++) {
      blocks.add(new Block(params.child("blocks").child(String.valueOf(i)), shape, initStd));
    }
    norm = new LayerNorm(params.child("norm"), width, shape.layerNormEps());
  }

  /// The class tokens of all images, and all tokens of the first: the last block then works on the
  /// class tokens of the others alone.
  @Override
  public Encoded forward(Tensor images, long full) {
    var trunk = trunk(images);
    long batch = trunk.x.size(0);
    var whole = norm.forward(last().forward(trunk.x.slice(0, 0, full)));
    var patchTokens = patches(whole);
    var auxTokens = auxLayer == -1 ? patchTokens : patches(trunk.aux.slice(0, 0, full));
    var tokens = new Tokens(whole.select(1, 0), patchTokens, auxTokens, trunk.gridH, trunk.gridW);
    if (full == batch) {
      return new Encoded(tokens.clsToken(), tokens);
    }
    var others = lastClassTokens(trunk.x.slice(0, full, batch));
    return new Encoded(Tensor.cat(List.of(tokens.clsToken(), others), 0), tokens);
  }

  @Override
  public Tensor forwardClass(Tensor images) {
    return lastClassTokens(trunk(images).x);
  }

  @Override
  public List<Tensor> patchTokensOfBlocks(Tensor images) {
    var x = embed(images).x;
    var patches = new ArrayList<Tensor>();
    for (var block : blocks) {
      x = block.forward(x);
      patches.add(patches(x));
    }
    return List.copyOf(patches);
  }

  /// What goes into the last block.
  ///
  /// @param x [B, T, D]
  /// @param aux tokens of the auxiliary layer [B, T, D], if it lies before the last block
  private record Trunk(Tensor x, Tensor aux, long gridH, long gridW) {}

  /// What goes into the first block.
  ///
  /// @param x [B, T, D]
  private record Embedded(Tensor x, long gridH, long gridW) {}

  private Embedded embed(Tensor images) {
    var embedded = patchEmbed.forward(images); // [B, D, h, w]
    long batch = embedded.size(0);
    long gridH = embedded.size(2);
    long gridW = embedded.size(3);
    var sequence = new ArrayList<Tensor>();
    prefix.forEach(token -> sequence.add(token.expand(batch, -1, -1)));
    sequence.add(embedded.flatten(2).transpose(1, 2)); // [B, N, D]
    var x =
        Tensor.cat(sequence, 1)
            .add(
                PositionEmbedding.resize(
                    posEmbed, shape.prefixTokens(), gridH, gridW)); // [B, T, D]
    return new Embedded(x, gridH, gridW);
  }

  private Trunk trunk(Tensor images) {
    var embedded = embed(images);
    var x = embedded.x;
    long gridH = embedded.gridH;
    long gridW = embedded.gridW;
    var inFront = blocks.subList(0, blocks.size() - 1);
    if (checkpointing && x.requiresGrad()) {
      var kept = new Recomputation(inFront, x, blocks.size() + auxLayer);
      recomputations.add(kept);
      return new Trunk(kept.result(), kept.aux(), gridH, gridW);
    }
    var aux = x;
    for (int i = 0; i < inFront.size(); i++) {
      x = blocks.get(i).forward(x);
      if (i == blocks.size() + auxLayer) {
        aux = x;
      }
    }
    return new Trunk(x, aux, gridH, gridW);
  }

  @Override
  public void checkpointActivations(boolean on) {
    checkpointing = on;
  }

  @Override
  public void backward() {
    recomputations.forEach(Recomputation::backward);
    recomputations.clear();
  }

  private Block last() {
    return blocks.getLast();
  }

  private Tensor lastClassTokens(Tensor x) {
    return norm.forward(last().forwardPrefix(x, shape.prefixTokens())).select(1, 0);
  }

  private Tensor patches(Tensor tokens) {
    return tokens.slice(1, shape.prefixTokens(), Long.MAX_VALUE);
  }
}
