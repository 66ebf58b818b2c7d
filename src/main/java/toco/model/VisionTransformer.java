package toco.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import toco.config.EncoderShape;
import toco.config.ModelConfig;
import toco.data.CounterRandom;
import toco.nn.Conv2d;
import toco.nn.Init;
import toco.nn.LayerNorm;
import toco.nn.Parameters;
import toco.torch.GradMode;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// ViT or DeiT with timm's layer names and state-dict keys, for any image size.
///
/// The position embedding is frozen and resampled to the image's patch grid in every forward pass.
/// The weights of frozen blocks, and of what is before them, get no gradient: autograd records
/// nothing there, and no activations are kept.
final class VisionTransformer implements Encoder {
  private final EncoderShape shape;
  private final int frozenBlocks;
  private final int auxLayer; // counted from the end
  private final double dropPath; // of the last block
  private final Conv2d patchEmbed;
  private final List<Tensor> prefixTokens = new ArrayList<>();
  private final Tensor posEmbed;
  private final List<Block> blocks = new ArrayList<>();
  private final LayerNorm norm;
  private final List<ActivationCheckpoint> checkpoints = new ArrayList<>(); // until backward()
  private boolean checkpointActivations;
  private @Nullable IntFunction<CounterRandom> dropRandom; // null: nothing is dropped

  VisionTransformer(Parameters params, ModelConfig config) {
    shape = config.encoderShape();
    auxLayer = config.auxLayer();
    dropPath = config.dropPath();
    var frozen = config.frozenBlocks();
    frozenBlocks = frozen.of(shape.depth());
    double initStd = config.initStd();
    int width = shape.embedDim();
    int patch = shape.patchSizePx();
    var embedding = params.frozenIf(frozen.embedding());
    prefixTokens.add(embedding.add("cls_token", Init.truncatedNormal(0.02, 1, 1, width)));
    if (shape.distilled()) {
      prefixTokens.add(embedding.add("dist_token", Init.truncatedNormal(0.02, 1, 1, width)));
    }
    long positions = shape.prefixTokens() + (long) shape.gridSize() * shape.gridSize();
    posEmbed = params.addFrozen("pos_embed", Init.truncatedNormal(0.02, 1, positions, width));
    patchEmbed =
        new Conv2d(
            embedding.child("patch_embed").child("proj"),
            3,
            width,
            new Conv2d.Geometry(patch, patch, 0, 1),
            true);
    for (int i = 0; i < shape.depth(); i++) {
      var ofBlock = params.frozenIf(i < frozenBlocks).child("blocks").child(String.valueOf(i));
      blocks.add(new Block(ofBlock, shape, initStd));
    }
    norm = new LayerNorm(params.frozenIf(frozen.all()).child("norm"), width, shape.layerNormEps());
  }

  /// Of the images after the first `full`, the last block computes the class tokens only.
  @Override
  public Encoded forward(Tensor images, long full) {
    var trunk = trunk(images);
    long batch = trunk.x.size(0);
    var x =
        norm.forward(
            lastBlock()
                .forward(trunk.x.slice(0, 0, full), trunk.last.slice(0, full))); // [full, T, D]
    var patchTokens = patchTokens(x);
    var auxTokens = auxLayer == -1 ? patchTokens : patchTokens(trunk.aux.slice(0, 0, full));
    var tokens = new Tokens(x.select(1, 0), patchTokens, auxTokens, trunk.gridH, trunk.gridW);
    if (full == batch) {
      return new Encoded(tokens.clsToken(), tokens);
    }
    var otherClsTokens =
        classTokens(trunk.x.slice(0, full, batch), trunk.last.slice(full, batch)); // [B − full, D]
    return new Encoded(Tensor.cat(List.of(tokens.clsToken(), otherClsTokens), 0), tokens);
  }

  @Override
  public Tensor forwardClass(Tensor images) {
    var trunk = trunk(images);
    return classTokens(trunk.x, trunk.last);
  }

  @Override
  public List<Tensor> patchTokensOfBlocks(Tensor images) {
    var x = embed(images).x;
    var perBlock = new ArrayList<Tensor>();
    for (var block : blocks) {
      x = block.forward(x);
      perBlock.add(patchTokens(x));
    }
    return List.copyOf(perBlock);
  }

  /// Output of all blocks but the last.
  ///
  /// @param x [B, T, D]
  /// @param aux output of the auxiliary block [B, T, D]; meaningless if that is the last block
  /// @param last what the last block drops
  private record Trunk(Tensor x, Tensor aux, DropPath last, long gridH, long gridW) {}

  /// Input of the first block.
  ///
  /// @param x [B, T, D]
  private record Embedded(Tensor x, long gridH, long gridW) {}

  private Embedded embed(Tensor images) {
    var patches = patchEmbed.forward(images); // [B, D, gridH, gridW]
    long batch = patches.size(0);
    long gridH = patches.size(2);
    long gridW = patches.size(3);
    var tokens = new ArrayList<Tensor>();
    prefixTokens.forEach(token -> tokens.add(token.expand(batch, -1, -1))); // [B, 1, D]
    tokens.add(patches.flatten(2).transpose(1, 2)); // [B, N, D]
    var positions =
        PositionEmbedding.resampleAbsPosEmbed(
            posEmbed, shape.prefixTokens(), gridH, gridW); // [1, T, D]
    return new Embedded(Tensor.cat(tokens, 1).add(positions), gridH, gridW);
  }

  private Trunk trunk(Tensor images) {
    var start = start(images);
    int first = trunkStart();
    var trained = blocks.subList(first, blocks.size() - 1);
    int auxBlock = blocks.size() + auxLayer - first;
    var drops = drops(images).subList(first, blocks.size());
    if (checkpointActivations && GradMode.isEnabled() && !trained.isEmpty()) {
      var checkpoint = new ActivationCheckpoint(trained, drops, start.x, auxBlock);
      checkpoints.add(checkpoint);
      var aux = auxBlock < 0 ? start.aux : checkpoint.aux();
      return new Trunk(checkpoint.result(), aux, drops.getLast(), start.gridH, start.gridW);
    }
    var x = start.x;
    var aux = start.aux;
    for (int i = 0; i < trained.size(); i++) {
      x = trained.get(i).forward(x, drops.get(i));
      if (i == auxBlock) {
        aux = x;
      }
    }
    return new Trunk(x, aux, drops.getLast(), start.gridH, start.gridW);
  }

  private List<DropPath> drops(Tensor images) {
    int depth = blocks.size();
    if (dropRandom == null || dropPath == 0) {
      return Collections.nCopies(depth, DropPath.OFF);
    }
    return DropPath.draw(
        dropPath, depth, frozenBlocks, (int) images.size(0), dropRandom, images.device());
  }

  /// Output of the frozen blocks; without any, input of the first block. What only led to it is
  /// freed on the way.
  private Start start(Tensor images) {
    try (var scope = TensorScope.open()) {
      var embedded = embed(images);
      var x = embedded.x;
      @Nullable Tensor aux = null;
      for (int i = 0; i < trunkStart(); i++) {
        var input = x;
        x = blocks.get(i).forward(input);
        if (input != aux) {
          input.close();
        }
        if (i == blocks.size() + auxLayer) {
          aux = x;
        }
      }
      scope.keep(x);
      return new Start(
          x, aux == null || aux == x ? x : scope.keep(aux), embedded.gridH, embedded.gridW);
    }
  }

  /// Input of the trained blocks.
  ///
  /// @param x [B, T, D]
  /// @param aux output of the auxiliary block if that is frozen, [B, T, D]
  private record Start(Tensor x, Tensor aux, long gridH, long gridW) {}

  /// The number of frozen blocks before the last block.
  private int trunkStart() {
    return Math.min(frozenBlocks, blocks.size() - 1);
  }

  @Override
  public void dropPath(@Nullable IntFunction<CounterRandom> random) {
    dropRandom = random;
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

  private Block lastBlock() {
    return blocks.getLast();
  }

  /// The last block and the norm, for the class tokens only: [B, T, D] → [B, D].
  private Tensor classTokens(Tensor x, DropPath drop) {
    return norm.forward(lastBlock().forwardPrefix(x, shape.prefixTokens(), drop)).select(1, 0);
  }

  /// [B, T, D] → [B, N, D].
  private Tensor patchTokens(Tensor tokens) {
    return tokens.slice(1, shape.prefixTokens(), Long.MAX_VALUE);
  }
}
