package toco.parity;

import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import toco.config.Config;
import toco.loss.ClassLoss;
import toco.loss.CtcLoss;
import toco.loss.EnergyLoss;
import toco.loss.PtcLoss;
import toco.loss.SegLoss;
import toco.torch.Tensor;

/// The losses, each with its gradient with respect to one input.
final class LossCases {
  private LossCases() {}

  static Map<String, Tensor> classLoss(GoldenCase golden) {
    return withGradient(golden, "logits", logits -> ClassLoss.of(logits, golden.in("cls_label")));
  }

  static Map<String, Tensor> ptcLoss(GoldenCase golden) {
    return withGradient(golden, "features", features -> PtcLoss.of(features, golden.in("mask")));
  }

  static Map<String, Tensor> ctcLoss(GoldenCase golden) {
    return withGradient(
        golden,
        "student",
        student ->
            CtcLoss.of(
                golden.in("teacher"), student, golden.in("flags"), golden.number("temperature")));
  }

  static Map<String, Tensor> segLoss(GoldenCase golden) {
    return withGradient(golden, "logits", logits -> SegLoss.of(logits, golden.in("label")).value());
  }

  static Map<String, Tensor> energyLoss(GoldenCase golden) {
    var images = golden.in("images");
    var boxes = golden.boxes(images.size(0), images.size(2), images.size(3));
    double weight = golden.number("weight");
    var config =
        Config.defaults()
            .with(
                "loss.energyWeight=" + weight,
                "loss.energySigmaRgb=" + golden.number("sigma_rgb"),
                "loss.energySigmaXy=" + golden.number("sigma_xy"),
                "loss.energyScaleFactor=" + golden.number("scale_factor"));
    var out =
        withGradient(
            golden,
            "logits",
            logits ->
                EnergyLoss.of(
                    images,
                    LabelCases.NORMALIZATION,
                    logits,
                    golden.in("label"),
                    boxes,
                    config.loss()));
    var all = new HashMap<>(out);
    out.forEach((name, value) -> all.put(name + "_over_weight", value.div(weight)));
    return all;
  }

  static Map<String, Tensor> withGradient(
      GoldenCase golden, String input, UnaryOperator<Tensor> loss) {
    var leaf = golden.in(input).detach().clone().requiresGrad_(true);
    var value = loss.apply(leaf);
    value.backward();
    var gradient = leaf.grad();
    return Map.of(
        "out.loss",
        value.detach(),
        "out.grad_" + input,
        gradient == null ? leaf.zerosLike() : gradient);
  }
}
