package toco.onnx;

import java.util.Map;

/// The layers of the networks as nodes, with the weights of the state dict.
///
/// @param graph where nodes are added
record Layers(GraphBuilder graph) {
  /// `x Wᵀ + b`. Gemm takes the weight as it is: MatMul would need it transposed, and runtimes
  /// would hold both.
  ///
  /// @param x [B, T, in]
  /// @param weight name of a weight [out, in]
  /// @param bias a value [out], or an empty name
  String linear(String x, String weight, String bias) {
    var rows = graph.add("Flatten", Map.of("axis", 2), x); // [B T, in]
    var product = graph.add("Gemm", Map.of("transB", 1), rows, graph.weight(weight), bias);
    return graph.add("Reshape", product, concat(0, sizes(x, 0, 2), graph.ints(-1)));
  }

  /// A linear layer with a bias.
  String linear(String x, String name) {
    return linear(x, name + ".weight", graph.weight(name + ".bias"));
  }

  /// Layer normalisation over the last dimension.
  String layerNorm(String x, String name, double eps) {
    return graph.add(
        "LayerNormalization",
        Map.of("axis", -1, "epsilon", eps),
        x,
        graph.weight(name + ".weight"),
        graph.weight(name + ".bias"));
  }

  /// A 1×1 convolution without a bias, [B, D, h, w] → [B, out, h, w].
  String pointwise(String map, String name) {
    return graph.add("Conv", map, graph.weight(name + ".weight"));
  }

  /// GELU by erf, in the form that ONNX Runtime recognises and computes in one operator.
  String gelu(String x) {
    var erf = graph.add("Erf", graph.add("Div", x, graph.scalar(Math.sqrt(2))));
    var twice = graph.add("Mul", x, graph.add("Add", erf, graph.scalar(1)));
    return graph.add("Mul", twice, graph.scalar(0.5));
  }

  /// x · sigmoid(1.702 x).
  String quickGelu(String x) {
    var gate = graph.add("Sigmoid", graph.add("Mul", x, graph.scalar(1.702)));
    return graph.add("Mul", x, gate);
  }

  /// x[:, from:] of a dimension.
  String from(String x, int axis, long start) {
    return slice(x, axis, start, Long.MAX_VALUE);
  }

  /// x[:, start:end] of a dimension.
  String slice(String x, int axis, long start, long end) {
    return graph.add("Slice", x, graph.ints(start), graph.ints(end), graph.ints(axis));
  }

  /// The dimensions `start`…`end`, exclusive, of a value: int64 [end − start].
  String sizes(String x, int start, int end) {
    return graph.add("Shape", Map.of("start", start, "end", end), x);
  }

  /// Concatenates values.
  String concat(int axis, String... parts) {
    return graph.add("Concat", Map.of("axis", axis), parts);
  }

  /// To float32.
  String toFloat(String x) {
    return graph.add("Cast", Map.of("to", 1), x);
  }

  /// A permutation of dimensions.
  String permute(String x, long... order) {
    return graph.add("Transpose", Map.of("perm", order), x);
  }
}
