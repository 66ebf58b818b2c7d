package toco.onnx;

import java.util.ArrayList;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.config.EncoderShape;
import toco.config.ModelConfig;
import toco.config.VitVariant.Position;
import toco.onnx.PositionGraph.Rotation;

/// The vision transformer as nodes: what `toco.model.VisionTransformer` computes, with every switch
/// of [toco.config.VitVariant].
final class EncoderGraph {
  private final GraphBuilder graph;
  private final Layers layers;
  private final EncoderShape shape;
  private final int auxLayer;

  EncoderGraph(Layers layers, ModelConfig model) {
    this.layers = layers;
    graph = layers.graph();
    shape = model.encoderShape();
    auxLayer = model.auxLayer();
  }

  /// Patch tokens as maps [B, D, h, w].
  ///
  /// @param patchMap normed
  /// @param auxMap of the auxiliary layer, not normed (normed for auxLayer −1)
  /// @param grid int64 [h, w]
  record Maps(String patchMap, String auxMap, String grid) {}

  /// @param images [B, 3, H, W]; pixels beyond the last whole patch are ignored
  Maps forward(String images) {
    graph.scope("encoder.patch_embed");
    var patches = patches(images); // [B, D, h, w]
    var grid = layers.sizes(patches, 2, 4);
    graph.scope("encoder.pos_embed");
    boolean rotates = shape.variant().position() == Position.ROPE;
    var positions = new PositionGraph(layers, shape);
    var rotation = rotates ? positions.rotation(grid) : null;
    var added = rotates ? null : positions.embedding(grid);
    graph.scope("encoder");
    var tokens = embedded(patches, added);
    var aux = tokens;
    for (int i = 0; i < shape.depth(); i++) {
      tokens = block("encoder.blocks." + i, tokens, rotation);
      aux = i == shape.depth() + auxLayer ? tokens : aux;
    }
    graph.scope("encoder");
    var normed = norm(tokens, "encoder.norm");
    return new Maps(map(normed, grid), map(auxLayer == -1 ? normed : aux, grid), grid);
  }

  private String patches(String images) {
    int patch = shape.patchSizePx();
    Map<String, Object> strides = Map.of("strides", new long[] {patch, patch});
    var weight = graph.weight("encoder.patch_embed.proj.weight");
    return shape.variant().patchBias()
        ? graph.add("Conv", strides, images, weight, graph.weight("encoder.patch_embed.proj.bias"))
        : graph.add("Conv", strides, images, weight);
  }

  /// The input of the first block, [B, T, D].
  ///
  /// @param positions added to all tokens, or to the patches' alone; null with rotary positions
  private String embedded(String patches, @Nullable String positions) {
    int width = shape.embedDim();
    var flat = graph.add("Reshape", patches, graph.ints(0, width, -1));
    var tokens = layers.permute(flat, 0, 2, 1); // [B, N, D]
    boolean patchesOnly = shape.prefixPositions() == 0;
    if (positions != null && patchesOnly) {
      tokens = graph.add("Add", tokens, positions);
    }
    tokens = withPrefix(tokens, layers.sizes(patches, 0, 1));
    if (positions != null && !patchesOnly) {
      tokens = graph.add("Add", tokens, positions);
    }
    return shape.variant().preNorm() ? norm(tokens, "encoder.norm_pre") : tokens;
  }

  /// [B, N, D] → [B, T, D]: class, distillation and register tokens come first.
  ///
  /// @param batch int64 [1]
  private String withPrefix(String patches, String batch) {
    var size = layers.concat(0, batch, graph.ints(1, 1));
    var parts = new ArrayList<String>();
    parts.add(graph.add("Expand", graph.weight("encoder.cls_token"), size));
    if (shape.distilled()) {
      parts.add(graph.add("Expand", graph.weight("encoder.dist_token"), size));
    }
    if (shape.variant().registerTokens() > 0) {
      parts.add(graph.add("Expand", graph.weight("encoder.reg_token"), size));
    }
    parts.add(patches);
    return layers.concat(1, parts.toArray(String[]::new));
  }

  private String norm(String tokens, String name) {
    return layers.layerNorm(tokens, name, shape.layerNormEps());
  }

  private String block(String name, String tokens, @Nullable Rotation rotation) {
    graph.scope(name + ".attn");
    var attended = attention(name + ".attn", norm(tokens, name + ".norm1"), rotation);
    var x = graph.add("Add", tokens, scaled(attended, name + ".ls1"));
    graph.scope(name + ".mlp");
    var hidden = layers.linear(norm(x, name + ".norm2"), name + ".mlp.fc1");
    var activated =
        switch (shape.variant().activation()) {
          case GELU -> layers.gelu(hidden);
          case QUICK_GELU -> layers.quickGelu(hidden);
        };
    var added = layers.linear(activated, name + ".mlp.fc2");
    return graph.add("Add", x, scaled(added, name + ".ls2"));
  }

  private String scaled(String x, String name) {
    return shape.variant().layerScale() ? graph.add("Mul", x, graph.weight(name + ".gamma")) : x;
  }

  /// @param normed [B, T, D]
  /// @return [B, T, D]
  private String attention(String name, String normed, @Nullable Rotation rotation) {
    var joint = layers.linear(normed, name + ".qkv.weight", qkvBias(name)); // [B, T, 3 D]
    var parts = graph.add(3, "Split", Map.of("axis", 2, "num_outputs", 3), joint); // [B, T, D] each
    var query = rotated(heads(parts.get(0)), rotation);
    var key = rotated(heads(parts.get(1)), rotation);
    var scale = graph.scalar(shape.attentionScale());
    var scores =
        graph.add("MatMul", graph.add("Mul", query, scale), layers.permute(key, 0, 1, 3, 2));
    var shares = graph.add("Softmax", Map.of("axis", -1), scores); // [B, heads, T, T]
    var mixed = layers.permute(graph.add("MatMul", shares, heads(parts.get(2))), 0, 2, 1, 3);
    var attended = graph.add("Reshape", mixed, graph.ints(0, 0, shape.embedDim()));
    return layers.linear(attended, name + ".proj");
  }

  /// A value [3 D], or an empty name.
  private String qkvBias(String name) {
    if (!shape.qkvBias()) {
      return "";
    }
    if (shape.variant().keyBias()) {
      return graph.weight(name + ".qkv.bias");
    }
    var none = graph.floats(new double[shape.embedDim()]);
    return layers.concat(0, graph.weight(name + ".q_bias"), none, graph.weight(name + ".v_bias"));
  }

  /// [B, T, D] → [B, heads, T, d].
  private String heads(String x) {
    int heads = shape.numHeads();
    var split = graph.add("Reshape", x, graph.ints(0, 0, heads, shape.embedDim() / heads));
    return layers.permute(split, 0, 2, 1, 3);
  }

  /// Rotates channel i of each head against channel i + d/2.
  private String rotated(String heads, @Nullable Rotation rotation) {
    if (rotation == null) {
      return heads;
    }
    var halves = graph.add(2, "Split", Map.of("axis", -1, "num_outputs", 2), heads);
    var swapped = layers.concat(-1, halves.get(1), halves.get(0));
    return graph.add(
        "Add", graph.add("Mul", heads, rotation.cos()), graph.add("Mul", swapped, rotation.sin()));
  }

  /// The patches' tokens of [B, T, D] as a map [B, D, h, w].
  private String map(String tokens, String grid) {
    var patches = layers.permute(layers.from(tokens, 1, shape.prefixTokens()), 0, 2, 1);
    return graph.add("Reshape", patches, layers.concat(0, graph.ints(0, shape.embedDim()), grid));
  }
}
