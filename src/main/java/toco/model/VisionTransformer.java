package toco.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import toco.config.EncoderShape;
import toco.config.ModelConfig;
import toco.data.CounterRandom;
import toco.model.RotaryEmbedding.Rotation;
import toco.nn.LayerNorm;
import toco.nn.Parameters;
import toco.torch.DType;
import toco.torch.GradMode;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// A vision transformer with timm's layer names and state-dict keys, for any image size: ViT, DeiT
/// and what [toco.config.VitVariant] describes.
///
/// The weights of frozen blocks, and of what is before them, get no gradient: autograd records
/// nothing there, and no activations are kept.
final class VisionTransformer implements Encoder {
  private final EncoderShape shape;
  private final int frozenBlocks;
  private final LeadingTokens leading;
  private final int auxLayer; // counted from the end
  private final boolean attendedPooling;
  private final double dropPath; // of the last block
  private final TokenEmbedding embedding;
  private final List<Block> blocks = new ArrayList<>();
  private final LayerNorm norm;
  private final List<ActivationCheckpoint> checkpoints = new ArrayList<>(); // until backward()
  private boolean checkpointActivations;
  private @Nullable IntFunction<CounterRandom> dropRandom; // null: nothing is dropped

  VisionTransformer(Parameters params, ModelConfig config) {
    this(params, config, LeadingTokens.ONE);
  }

  VisionTransformer(Parameters params, ModelConfig config, LeadingTokens leading) {
    this.leading = leading;
    shape = config.encoderShape();
    auxLayer = config.auxLayer();
    attendedPooling = config.attendedPooling();
    dropPath = config.dropPath();
    var frozen = config.frozenBlocks();
    frozenBlocks = frozen.of(shape.depth());
    double initStd = config.initStd();
    embedding = new TokenEmbedding(params.frozenIf(frozen.embedding()), shape, leading);
    for (int i = 0; i < shape.depth(); i++) {
      var ofBlock = params.frozenIf(i < frozenBlocks).child("blocks").child(String.valueOf(i));
      blocks.add(new Block(ofBlock, shape, initStd));
    }
    norm =
        new LayerNorm(
            params.frozenIf(frozen.all()).child("norm"), shape.embedDim(), shape.layerNormEps());
  }

  /// Of the images after the first `full`, the last block computes the class tokens only.
  @Override
  public Encoded forward(Tensor images, long full) {
    var trunk = trunk(images);
    long batch = trunk.x.size(0);
    var x =
        norm.forward(
            lastBlock()
                .forward(
                    trunk.x.slice(0, 0, full),
                    trunk.rotation,
                    trunk.last.slice(0, full))); // [full, T, D]
    var patchTokens = patchTokens(x);
    var auxTokens = auxLayer == -1 ? patchTokens : patchTokens(trunk.aux.slice(0, 0, full));
    // after the block's own pass: autocast must not keep weights that were cast without gradient
    var attention =
        attendedPooling && GradMode.isEnabled()
            ? clsAttention(trunk.x.slice(0, 0, full), trunk.rotation)
            : null;
    var tokens =
        new Tokens(classTokens(x), patchTokens, auxTokens, trunk.gridH, trunk.gridW, attention);
    if (full == batch) {
      return new Encoded(tokens.clsToken(), tokens);
    }
    var otherClsTokens =
        classTokens(
            trunk.x.slice(0, full, batch),
            trunk.rotation,
            trunk.last.slice(full, batch)); // [B − full, D]
    return new Encoded(Tensor.cat(List.of(tokens.clsToken(), otherClsTokens), 0), tokens);
  }

  @Override
  public Tensor forwardClass(Tensor images) {
    var trunk = trunk(images);
    return classTokens(trunk.x, trunk.rotation, trunk.last);
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
  /// @param last what the last block drops
  private record Trunk(
      Tensor x, Tensor aux, @Nullable Rotation rotation, DropPath last, long gridH, long gridW) {
    /// After further blocks.
    Trunk after(Tensor output, Tensor auxTokens, DropPath drop) {
      return new Trunk(output, auxTokens, rotation, drop, gridH, gridW);
    }
  }

  private Trunk trunk(Tensor images) {
    var start = start(images);
    var rotation = start.rotation;
    int first = trunkStart();
    var trained = blocks.subList(first, blocks.size() - 1);
    int auxBlock = blocks.size() + auxLayer - first;
    var drops = drops(images).subList(first, blocks.size());
    if (checkpointActivations && GradMode.isEnabled() && !trained.isEmpty()) {
      var checkpoint = new ActivationCheckpoint(trained, start.x, rotation, drops, auxBlock);
      checkpoints.add(checkpoint);
      var aux = auxBlock < 0 ? start.aux : checkpoint.aux();
      return start.after(checkpoint.result(), aux, drops.getLast());
    }
    var x = start.x;
    var aux = start.aux;
    for (int i = 0; i < trained.size(); i++) {
      x = trained.get(i).forward(x, rotation, drops.get(i));
      if (i == auxBlock) {
        aux = x;
      }
    }
    return start.after(x, aux, drops.getLast());
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
  private Trunk start(Tensor images) {
    var embedded = embedding.forward(images);
    var x = embedded.x();
    @Nullable Tensor aux = null;
    for (int i = 0; i < trunkStart(); i++) {
      var input = x;
      x = blocks.get(i).forward(input, embedded.rotation());
      if (input != aux) {
        input.close();
      }
      if (i == blocks.size() + auxLayer) {
        aux = x;
      }
    }
    return new Trunk(
        x,
        aux == null ? x : aux,
        embedded.rotation(),
        DropPath.OFF,
        embedded.gridH(),
        embedded.gridW());
  }

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

  @Override
  public void close() {
    embedding.close();
  }

  private Block lastBlock() {
    return blocks.getLast();
  }

  /// The last block's attention of the class tokens before softmax and scale, q · kᵀ, to all tokens
  /// but the leading registers.
  ///
  /// @param images [B, 3, H, W] as above
  /// @return [B, heads, K, K + N]
  Tensor classAttention(Tensor images) {
    var trunk = trunk(images);
    return lastBlock()
        .attentionScores(trunk.x, leading.registers(), leading.count(), trunk.rotation);
  }

  /// The class token's attention to the patches in the last block, mean over its heads, float32 [B,
  /// N].
  ///
  /// @param x input of the last block [B, T, D]
  private Tensor clsAttention(Tensor x, @Nullable Rotation rotation) {
    return TensorScope.scoped(() -> {
      try (var _ = GradMode.noGrad()) {
        var scores = lastBlock().attentionScores(x, 0, 1, rotation); // [B, heads, 1, T]
        return scores
            .to(DType.FLOAT32)
            .mul(shape.attentionScale())
            .softmax(3)
            .mean(new long[] {1, 2}, false)
            .slice(1, leading.prefixTokens(shape), Long.MAX_VALUE);
      }
    });
  }

  /// The last block and the norm, for the class tokens only: [B, T, D] → [B, D] or [B, K, D].
  private Tensor classTokens(Tensor x, @Nullable Rotation rotation, DropPath drop) {
    long prefix = leading.prefixTokens(shape);
    return classTokens(norm.forward(lastBlock().forwardPrefix(x, prefix, rotation, drop)));
  }

  /// [B, T, D] → [B, D], or [B, K, D] with a token per class.
  private Tensor classTokens(Tensor tokens) {
    return leading.isSingle()
        ? tokens.select(1, 0)
        : tokens.slice(1, leading.registers(), leading.count());
  }

  /// [B, T, D] → [B, N, D].
  private Tensor patchTokens(Tensor tokens) {
    return tokens.slice(1, leading.prefixTokens(shape), Long.MAX_VALUE);
  }
}
