package toco.parity;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import toco.config.VitVariant.Resampling;
import toco.model.Toco;
import toco.optim.Optimizer;
import toco.optim.ParamGroup;
import toco.optim.Schedule;
import toco.optim.UpdateRule;
import toco.parity.EncoderCases.Comparison;
import toco.parity.Tolerance.Within;
import toco.torch.GradMode;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// LayerScale against the same network with the factors multiplied into the weights: equal outputs,
/// different training.
final class LayerScaleFold {
  private static final Within LOSSES = new Within(0, 1e-3);

  private final GoldenCase golden;
  private final GoldenEncoder encoder;

  LayerScaleFold(GoldenCase golden, Path directory) {
    this.golden = golden;
    encoder = new GoldenEncoder(golden, directory);
  }

  List<Comparison> compute(String file) {
    var comparisons = new ArrayList<Comparison>();
    var forward = new Within(golden.number("forward_tolerance"), 0);
    for (var folded : List.of(false, true)) {
      var kind = folded ? "folded" : "unfolded";
      try (var model = network(file, folded);
          var _ = GradMode.noGrad()) {
        EncoderCases.tensors(model.encode(golden.in("x")))
            .forEach((name, actual) -> {
              var key = "out." + name;
              comparisons.add(
                  new Comparison(key + " " + kind, golden.tensor(key), actual, forward));
            });
      }
      for (var training : List.of("sgd", "adamw", "adamw_frozen_gamma")) {
        var key = "out.%s.loss_%s".formatted(kind, training);
        try (var model = network(file, folded)) {
          comparisons.add(new Comparison(key, golden.tensor(key), losses(model, training), LOSSES));
        }
      }
    }
    return comparisons;
  }

  private Toco network(String file, boolean folded) {
    var scaled = encoder.load(file, Resampling.TIMM);
    if (!folded) {
      return scaled;
    }
    try (scaled) {
      var plain = new Toco(encoder.model(Resampling.TIMM, false), golden.device());
      fold(scaled.params().all(), plain.params().all());
      return plain;
    }
  }

  /// Copies weights, multiplying what LayerScale scales.
  private static void fold(Map<String, Tensor> scaled, Map<String, Tensor> plain) {
    try (var _ = TensorScope.open();
        var _ = GradMode.noGrad()) {
      plain.forEach((name, weight) -> {
        var value = Objects.requireNonNull(scaled.get(name), name);
        var scale =
            name.replaceAll("attn\\.proj\\.\\w+$", "ls1.gamma")
                .replaceAll("mlp\\.fc2\\.\\w+$", "ls2.gamma");
        if (!scale.equals(name)) {
          var gamma = Objects.requireNonNull(scaled.get(scale), scale);
          value = value.mul(weight.dim() == 2 ? gamma.unsqueeze(1) : gamma);
        }
        var _ = weight.copy_(value);
      });
    }
  }

  /// The loss before each step and after the last.
  private Tensor losses(Toco model, String training) {
    var params = new LinkedHashMap<String, Tensor>();
    model
        .params()
        .trainable()
        .forEach((name, weight) -> {
          boolean frozen = training.endsWith("_frozen_gamma") && name.endsWith(".gamma");
          if (name.startsWith("encoder.") && !frozen) {
            params.put(name, weight);
          }
        });
    var positions = Objects.requireNonNull(model.params().all().get("encoder.pos_embed"));
    params.put("encoder.pos_embed", positions.requiresGrad_(true)); // the recorded code trains it
    int steps = golden.integer("steps");
    var losses = new double[steps + 1];
    var group = ParamGroup.of("encoder", golden.number("lr"), params);
    try (var optimizer = new Optimizer(List.of(group), rule(training), Schedule.constant())) {
      for (int step = 0; step <= steps; step++) {
        try (var _ = TensorScope.open()) {
          optimizer.zeroGrad();
          var loss = EncoderCases.loss(golden, model.encode(golden.in("x"))).div(100);
          losses[step] = loss.item();
          model.backward(loss);
          optimizer.step();
        }
      }
    }
    return LabelCases.doubles(losses);
  }

  private UpdateRule rule(String training) {
    return training.equals("sgd")
        ? new UpdateRule.Sgd(0, 0)
        : new UpdateRule.AdamW(0.9, 0.999, 1e-8, golden.number("weight_decay"));
  }
}
