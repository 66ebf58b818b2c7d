package toco.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import toco.config.EncoderShape;
import toco.config.ModelConfig;
import toco.config.VitVariant.Position;
import toco.model.RotaryEmbedding;

/// The methods of the network as TorchScript source: the resources `*.py` of this package, in which
/// `{name}` is a placeholder for a setting of the network.
final class ScriptSource {
  private final Map<String, Object> settings = new LinkedHashMap<>();

  ScriptSource(ModelConfig model) {
    var shape = model.encoderShape();
    var variant = shape.variant();
    boolean rotates = variant.position() == Position.ROPE;
    settings.put("positionMethod", resource(rotates ? "rotation.py" : "positions.py"));
    settings.put("embed", embed(shape));
    settings.put("heads", shape.numHeads());
    settings.put("scale", shape.attentionScale());
    settings.put("eps", shape.layerNormEps());
    settings.put("qkvBias", qkvBias(shape));
    settings.put("rotationParameters", rotates ? ", cos: Tensor, sin: Tensor" : "");
    settings.put("query", rotates ? rotated("parts[0]") : "parts[0]");
    settings.put("key", rotates ? rotated("parts[1]") : "parts[1]");
    settings.put("headDim", shape.embedDim() / shape.numHeads());
    settings.put("ls1", variant.layerScale() ? "self.ls1.gamma * " : "");
    settings.put("ls2", variant.layerScale() ? "self.ls2.gamma * " : "");
    settings.put(
        "activated",
        switch (variant.activation()) {
          case GELU -> "torch.gelu(hidden)";
          case QUICK_GELU -> "hidden * torch.sigmoid(1.702 * hidden)";
        });
    settings.put("resampled", resampled(shape));
    settings.put("grid", shape.gridSize());
    settings.put("periods", rotates ? periods(shape) : "");
    settings.put("width", shape.embedDim());
    settings.put("patch", shape.patchSizePx());
    settings.put("patchBias", variant.patchBias() ? "self.patch_embed.proj.bias" : "None");
    settings.put("prefixTokens", shape.prefixTokens());
    settings.put("prefixPositions", shape.prefixPositions());
    settings.put("pooledLogits", pooledLogits(model.pooledShare()));
    settings.put("blocks", blocks(shape.depth(), model.auxLayer(), rotates));
    settings.put("aux", model.auxLayer() == -1 ? "normed" : "aux");
    settings.put("dilation", model.decoderDilation());
  }

  /// The lines that put class, distillation and register tokens in front of the patch tokens, with
  /// positions.
  private static String embed(EncoderShape shape) {
    var variant = shape.variant();
    var prefix = new StringBuilder("self.cls_token.expand([B, -1, -1])");
    if (shape.distilled()) {
      prefix.append(", self.dist_token.expand([B, -1, -1])");
    }
    if (variant.registerTokens() > 0) {
      prefix.append(", self.reg_token.expand([B, -1, -1])");
    }
    boolean rotates = variant.position() == Position.ROPE;
    boolean patchesOnly = !rotates && shape.prefixPositions() == 0;
    var patches = patchesOnly ? "tokens + self.positions(h, w)" : "tokens";
    var added = rotates || patchesOnly ? "" : " + self.positions(h, w)";
    return "    tokens = torch.cat([%s, %s], 1)%s  # [B, T, D]".formatted(prefix, patches, added)
        + (rotates ? "\n    cos, sin = self.rotation(h, w)" : "")
        + (variant.preNorm()
            ? "\n    tokens = torch.layer_norm(tokens, [{width}], self.norm_pre.weight,"
                + " self.norm_pre.bias, {eps})"
            : "");
  }

  private static String qkvBias(EncoderShape shape) {
    if (!shape.qkvBias()) {
      return "None";
    }
    return shape.variant().keyBias()
        ? "self.attn.qkv.bias"
        : "torch.cat([self.attn.q_bias, torch.zeros_like(self.attn.q_bias), self.attn.v_bias])";
  }

  private static String rotated(String heads) {
    return "%s * cos + torch.roll(%s, [{headDim} // 2], [-1]) * sin".formatted(heads, heads);
  }

  private static String resampled(EncoderShape shape) {
    return switch (shape.variant().resampling()) {
      case HF -> "torch.upsample_bicubic2d(stored, [h, w], False, None, None)";
      case TIMM -> "torch._upsample_bicubic2d_aa(stored, [h, w], False, None, None)";
      case ORIGINAL ->
          "torch.upsample_bicubic2d(stored, [h, w], False, (h + 0.1) / {grid}, (w + 0.1) / {grid})";
    };
  }

  private static String pooledLogits(double share) {
    return share == 0
        ? "torch.conv2d(torch.amax(patchMap, [2, 3], True), self.classifier.weight).flatten(1)"
        : """
        torch.topk(torch.conv2d(patchMap, self.classifier.weight).flatten(2), \
        max(1, int(%s * float(h) * float(w) + 0.5)), 2)[0].mean(2)\
        """
            .formatted(share);
  }

  private static String periods(EncoderShape shape) {
    try (var rope = RotaryEmbedding.of(shape)) {
      return Arrays.toString(rope.periods());
    }
  }

  private static String blocks(int depth, int auxLayer, boolean rotates) {
    return IntStream.range(0, depth)
        .mapToObj(i ->
            "    tokens = getattr(self.blocks, \"%s\").forward(tokens%s)"
                    .formatted(i, rotates ? ", cos, sin" : "")
                + (i == depth + auxLayer ? "\n    aux = tokens" : ""))
        .collect(Collectors.joining("\n"));
  }

  /// The methods of one module.
  ///
  /// @param part `block`, `encoder`, `decoder` or `network`
  String of(String part) {
    var text = resource(part + ".py");
    for (var setting : settings.entrySet()) {
      text = text.replace("{" + setting.getKey() + "}", setting.getValue().toString());
    }
    return text;
  }

  private static String resource(String name) {
    try (var in = Objects.requireNonNull(ScriptSource.class.getResourceAsStream(name), name)) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
