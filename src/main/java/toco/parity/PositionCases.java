package toco.parity;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import toco.config.VitVariant.Resampling;
import toco.model.PositionEmbedding;
import toco.model.RotaryEmbedding;
import toco.nn.QuickGelu;
import toco.torch.Tensor;

/// Single parts of today's encoders.
final class PositionCases {
  private PositionCases() {}

  static Map<String, Tensor> resample(GoldenCase golden) {
    var grid = golden.numbers("grid");
    var out = new LinkedHashMap<String, Tensor>();
    for (var rule : Resampling.values()) {
      out.put(
          "out." + rule,
          PositionEmbedding.resampleAbsPosEmbed(
              golden.in("pos_embed"),
              golden.integer("prefix_tokens"),
              grid.get(0).longValue(),
              grid.get(1).longValue(),
              rule));
    }
    return out;
  }

  static Map<String, Tensor> rope(GoldenCase golden) {
    int headDim = golden.integer("head_dim");
    int prefix = golden.integer("prefix_tokens");
    var grid = golden.numbers("grid");
    try (var rope = new RotaryEmbedding(headDim, prefix, false)) {
      var rotation =
          rope.of(grid.get(0).longValue(), grid.get(1).longValue(), golden.device()); // [T, 1, d]
      var sin =
          rotation
              .sin()
              .slice(0, prefix, Long.MAX_VALUE)
              .slice(2, headDim / 2, headDim); // positive
      return Map.of(
          "out.periods",
          LabelCases.doubles(rope.periods()),
          "out.cos",
          rotation.cos().slice(0, prefix, Long.MAX_VALUE).select(1, 0).clone(),
          "out.sin",
          Tensor.cat(List.of(sin, sin), 2).select(1, 0),
          "out.rotated",
          rotation.rotate(golden.in("q").transpose(1, 2)).transpose(1, 2));
    }
  }

  static Map<String, Tensor> quickGelu(GoldenCase golden) {
    var x = golden.in("x").clone().requiresGrad_(true);
    var y = QuickGelu.of(x);
    y.sum().backward();
    return Map.of("out.y", y.detach(), "out.grad_x", x.grad());
  }
}
