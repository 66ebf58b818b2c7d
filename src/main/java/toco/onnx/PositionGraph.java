package toco.onnx;

import java.util.Map;
import toco.config.EncoderShape;
import toco.model.PositionEmbedding;
import toco.model.RotaryEmbedding;

/// Positions of an image's grid of patches, computed in the graph: of
/// [toco.model.PositionEmbedding] and [toco.model.RotaryEmbedding].
final class PositionGraph {
  private final GraphBuilder graph;
  private final Layers layers;
  private final EncoderShape shape;

  PositionGraph(Layers layers, EncoderShape shape) {
    this.layers = layers;
    this.graph = layers.graph();
    this.shape = shape;
  }

  /// The stored embedding for the image's grid, [1, prefixPositions + N, D]. On the stored grid
  /// itself every rule gives the stored values.
  ///
  /// @param grid int64 [h, w]
  String embedding(String grid) {
    var stored = graph.weight("encoder.pos_embed");
    int prefix = shape.prefixPositions();
    long side = shape.gridSize();
    long width = shape.embedDim();
    var map =
        layers.permute(
            graph.add("Reshape", layers.from(stored, 1, prefix), graph.ints(1, side, side, width)),
            0,
            3,
            1,
            2); // [1, D, g, g]
    var rows = graph.add("Reshape", resized(map, grid), graph.ints(1, width, -1)); // [1, D, N]
    var positions = layers.permute(rows, 0, 2, 1);
    return prefix == 0
        ? positions
        : layers.concat(1, layers.slice(stored, 1, 0, prefix), positions);
  }

  /// [1, D, g, g] → [1, D, h, w]. PyTorch's bicubic kernel has a = −0.75, and −0.5 with
  /// antialiasing.
  private String resized(String map, String grid) {
    return switch (shape.variant().resampling()) {
      case HF -> resize(map, -0.75, false, "", sizes(grid));
      case TIMM -> resize(map, -0.5, true, "", sizes(grid));
      case ORIGINAL -> resize(map, -0.75, false, scales(grid), "");
    };
  }

  private String resize(String map, double a, boolean antialias, String scales, String sizes) {
    var attributes =
        Map.<String, Object>of(
            "mode",
            "cubic",
            "coordinate_transformation_mode",
            "half_pixel",
            "cubic_coeff_a",
            a,
            "antialias",
            antialias ? 1 : 0,
            "exclude_outside",
            antialias ? 1 : 0);
    return sizes.isEmpty()
        ? graph.add("Resize", attributes, map, "", scales)
        : graph.add("Resize", attributes, map, "", "", sizes);
  }

  private String sizes(String grid) {
    return layers.concat(0, graph.ints(1, shape.embedDim()), grid);
  }

  /// Of [Resampling#ORIGINAL]: (h + 0.1) / g, but 1 on the stored grid.
  private String scales(String grid) {
    double side = shape.gridSize();
    var same = graph.add("Equal", grid, graph.ints(shape.gridSize(), shape.gridSize()));
    var differs = graph.add("ReduceMax", layers.toFloat(graph.add("Not", same))); // [1]
    var offset = graph.add("Mul", differs, graph.scalar(PositionEmbedding.ORIGINAL_OFFSET));
    var sides = graph.add("Add", layers.toFloat(grid), offset);
    return layers.concat(0, graph.floats(1, 1), graph.add("Div", sides, graph.scalar(side))); // [4]
  }

  /// Factors by which queries and keys are rotated.
  ///
  /// @param cos [T, d], 1 for the tokens before the patches'
  /// @param sin [T, d], 0 for those; negated in the first half of the channels
  record Rotation(String cos, String sin) {}

  /// The rotation for the image's grid.
  ///
  /// @param grid int64 [h, w]
  Rotation rotation(String grid) {
    var h = layers.slice(grid, 0, 0, 1);
    var w = layers.slice(grid, 0, 1, 2);
    int halfHead = shape.embedDim() / shape.numHeads() / 2;
    var size = layers.concat(0, h, w, graph.ints(halfHead / 2)); // h, w, d / 4
    var y = axis(h, graph.ints(1, 2), size); // [h, w, d / 4]
    var x = axis(w, graph.ints(0, 2), size);
    var turns =
        graph.add("Reshape", layers.concat(2, y, x), graph.ints(-1, halfHead)); // [N, d / 2]
    var angles = graph.add("Mul", turns, graph.scalar(2 * Math.PI));
    var cos = graph.add("Cos", angles);
    var sin = graph.add("Sin", angles);
    return new Rotation(
        withPrefix(layers.concat(1, cos, cos), 1),
        withPrefix(layers.concat(1, graph.add("Neg", sin), sin), 0));
  }

  /// The coordinates of patches along one side, −1 to 1, divided by the periods.
  ///
  /// @param length int64 [1]
  /// @param axes where dimensions are added, so that the side's is its own
  private String axis(String length, String axes, String size) {
    var count = graph.add("Squeeze", length);
    var index =
        layers.toFloat(graph.add("Range", graph.number(0), count, graph.number(1))); // [length]
    var centre = graph.add("Add", index, graph.scalar(0.5));
    var share = graph.add("Div", centre, layers.toFloat(length));
    var coordinate = graph.add("Sub", graph.add("Mul", share, graph.scalar(2)), graph.scalar(1));
    var along = graph.add("Unsqueeze", coordinate, axes);
    return graph.add("Expand", graph.add("Div", along, periods()), size);
  }

  private String periods() {
    try (var rope = RotaryEmbedding.of(shape)) {
      return graph.floats(rope.periods());
    }
  }

  /// Rows before those of the patches.
  private String withPrefix(String rows, double value) {
    return graph.add("Pad", rows, graph.ints(shape.prefixTokens(), 0, 0, 0), graph.scalar(value));
  }
}
