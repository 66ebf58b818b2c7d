package toco.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.config.EncoderShape;
import toco.config.VitVariant;
import toco.config.VitVariant.Position;
import toco.model.RotaryEmbedding.Rotation;
import toco.nn.Conv2d;
import toco.nn.Init;
import toco.nn.LayerNorm;
import toco.nn.Parameters;
import toco.torch.Tensor;

/// Turns images of any size into the tokens of the first block: class token, distillation token and
/// register tokens, then one token per patch, with their positions.
///
/// The position embedding is resampled to the image's patch grid in every forward pass. It is
/// frozen, except for MoRe ([LeadingTokens#trainedPositions]).
final class TokenEmbedding implements AutoCloseable {
  private final VitVariant variant;
  private final LeadingTokens leading;
  private final int prefixPositions;
  private final Conv2d patchEmbed;
  private final List<Tensor> prefixTokens = new ArrayList<>();
  private final @Nullable Tensor posEmbed;
  private final @Nullable RotaryEmbedding rope;
  private final @Nullable LayerNorm normPre;

  /// @param params those of the encoder
  TokenEmbedding(Parameters params, EncoderShape shape, LeadingTokens leading) {
    this.leading = leading;
    variant = shape.variant();
    prefixPositions = leading.prefixPositions(shape);
    int width = shape.embedDim();
    int patch = shape.patchSizePx();
    addPrefixToken(params, "cls_token", leading.count(), width);
    if (shape.distilled()) {
      addPrefixToken(params, "dist_token", 1, width);
    }
    if (variant.registerTokens() > 0) {
      addPrefixToken(params, "reg_token", variant.registerTokens(), width);
    }
    boolean rotates = variant.position() == Position.ROPE;
    long positions = prefixPositions + (long) shape.gridSize() * shape.gridSize();
    posEmbed =
        rotates
            ? null
            : params
                .frozenIf(!leading.trainedPositions())
                .add("pos_embed", Init.truncatedNormal(0.02, 1, positions, width));
    rope = rotates ? RotaryEmbedding.of(shape, leading.prefixTokens(shape)) : null;
    patchEmbed =
        new Conv2d(
            params.child("patch_embed").child("proj"),
            3,
            width,
            new Conv2d.Geometry(patch, patch, 0, 1),
            variant.patchBias());
    normPre =
        variant.preNorm()
            ? new LayerNorm(params.child("norm_pre"), width, shape.layerNormEps())
            : null;
  }

  private void addPrefixToken(Parameters params, String name, long count, long width) {
    prefixTokens.add(params.add(name, Init.truncatedNormal(0.02, 1, count, width)));
  }

  /// Input of the first block.
  ///
  /// @param x [B, T, D]
  /// @param rotation for the attention of all blocks, or null if positions are in `x`
  record Embedded(Tensor x, @Nullable Rotation rotation, long gridH, long gridW) {}

  /// @param images [B, 3, H, W]
  Embedded forward(Tensor images) {
    var patches = patchEmbed.forward(images); // [B, D, gridH, gridW]
    long gridH = patches.size(2);
    long gridW = patches.size(3);
    boolean isSquare = images.size(2) == images.size(3);
    var x = positioned(patches.flatten(2).transpose(1, 2), gridH, gridW, isSquare);
    return new Embedded(
        normPre == null ? x : normPre.forward(x),
        rope == null ? null : rope.of(gridH, gridW, images.device()),
        gridH,
        gridW);
  }

  /// All tokens with what the position embedding adds: to all, or to patch tokens only.
  private Tensor positioned(Tensor patches, long gridH, long gridW, boolean isSquare) {
    if (posEmbed == null) {
      return withPrefix(patches);
    }
    var positions =
        leading.trainedPositions()
            ? PositionEmbedding.resampleTrained(posEmbed, prefixPositions, gridH, gridW, isSquare)
            : PositionEmbedding.resampleAbsPosEmbed(
                posEmbed, prefixPositions, gridH, gridW, variant.resampling());
    return prefixPositions == 0
        ? withPrefix(patches.add(positions))
        : withPrefix(patches).add(positions);
  }

  /// [B, N, D] → [B, T, D].
  private Tensor withPrefix(Tensor patches) {
    long batch = patches.size(0);
    var tokens = new ArrayList<Tensor>();
    prefixTokens.forEach(token -> tokens.add(token.expand(batch, -1, -1)));
    tokens.add(patches);
    return Tensor.cat(tokens, 1);
  }

  @Override
  public void close() {
    if (rope != null) {
      rope.close();
    }
  }
}
