package toco.parity;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import toco.cam.PresentClasses;
import toco.cam.PseudoLabels;
import toco.cam.PseudoLabels.Thresholds;
import toco.loss.MeanScope;
import toco.loss.SegLoss;
import toco.model.Network;
import toco.recipe.cosa.MultiScaleMaps;
import toco.recipe.cosa.SwapLoss;
import toco.torch.GradMode;
import toco.torch.Tensor;

/// CoSA's maps, labels and losses.
final class CosaLossCases {
  private CosaLossCases() {}

  /// One forward pass.
  static Map<String, Tensor> network(GoldenCase golden, Network model) {
    try (var _ = GradMode.noGrad()) {
      var out = new HashMap<>(ModelCases.network(golden, model));
      out.putAll(ModelCases.camOnly(golden, model));
      return out;
    }
  }

  static Map<String, Tensor> maps(GoldenCase golden, Network model) {
    var maps = MultiScaleMaps.of(model, golden.in("x"), golden.numbers("scales"), null);
    return Map.of("out.cam", maps.cam(), "out.cam_aux", maps.auxCam(), "out.seg", maps.segLogits());
  }

  static Map<String, Tensor> labels(GoldenCase golden) {
    var cam = golden.in("cam");
    var present = present(golden);
    var label =
        PseudoLabels.unrefined(
            present.gather(cam),
            present,
            golden.boxes(cam.size(0), cam.size(2), cam.size(3)),
            new Thresholds(
                golden.number("high_thre"),
                golden.number("low_thre"),
                golden.integer("down_scale")));
    return Map.of("out.label", label);
  }

  static Map<String, Tensor> swapLoss(GoldenCase golden) {
    var cam = golden.in("cam");
    var seg = golden.in("seg");
    var present = present(golden);
    var ofPresent =
        Tensor.cat(List.of(seg.slice(1, 0, 1), present.gather(seg.slice(1, 1, seg.size(1)))), 1);
    var target =
        SwapLoss.target(
            ofPresent,
            present,
            (int) cam.size(1),
            cam.size(2),
            cam.size(3),
            golden.number("temperature"));
    var out = new HashMap<>(LossCases.withGradient(golden, "cam", z -> SwapLoss.of(z, target)));
    out.put("out.target_at_grid", target);
    return out;
  }

  /// The published loss divides by the pixels plus an epsilon, ours by the pixels.
  static Map<String, Tensor> balancedSegLoss(GoldenCase golden) {
    if (golden.number("fg_alpha") != 0.5) {
      throw golden.lacks("halves of equal weight (fg_alpha 0.5)");
    }
    double aux = golden.number("aux_alpha");
    return LossCases.withGradient(
        golden,
        "logits",
        logits -> {
          var logProbabilities = logits.logSoftmax(1);
          var main = value(logProbabilities, golden.in("label"));
          return aux == 0
              ? main
              : main.mul(1 - aux).add(value(logProbabilities, golden.in("label_aux")).mul(aux));
        });
  }

  private static Tensor value(Tensor logProbabilities, Tensor labels) {
    return SegLoss.ofLogProbabilities(logProbabilities, labels, MeanScope.LOCAL).value();
  }

  private static PresentClasses present(GoldenCase golden) {
    return PresentClasses.of(LabelCases.rows(golden.in("cls_label")));
  }
}
