package toco.parity;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.parity.Tolerance.BesideLargest;
import toco.parity.Tolerance.Share;
import toco.parity.Tolerance.Within;
import toco.torch.Tensor;

/// Golden cases of the published MoRe; their names start with `more_`.
final class MoreCases {
  private static final Within EQUAL = new Within(0, 0);
  private static final Share LABELS = new Share(0.999, EQUAL);
  private static final BesideLargest CLOSE = new BesideLargest(1e-4, 1e-4);
  private static final BesideLargest LOSS = new BesideLargest(1e-6, 1e-4);

  private interface Case {
    Map<String, Tensor> run(GoldenCase golden, Path directory);
  }

  private static final Map<String, Case> CASES =
      Map.ofEntries(
          Map.entry("more_encoder", MoreModelCases::encoder),
          Map.entry("more_encoder_grad", MoreModelCases::encoderGradients),
          Map.entry("more_network", MoreModelCases::network),
          Map.entry("more_pretrained", MoreModelCases::pretrained),
          Map.entry("more_gca", MoreModelCases::gca),
          Map.entry("more_multi_scale_cam", MoreModelCases::multiScaleCam),
          Map.entry("more_lam", MoreEvalCases::lam),
          Map.entry("more_eval_multi_scale", MoreEvalCases::multiScale),
          Map.entry("more_lam_eval", MoreEvalCases::lamLabels),
          Map.entry("more_validation", MoreEvalCases::validation),
          Map.entry("more_param_groups", MoreTrainingCases::paramGroups),
          Map.entry("more_train_trajectory", MoreTrainingCases::trajectory),
          Map.entry("more_attri_loss", (golden, _) -> MoreLossCases.attri(golden)),
          Map.entry("more_cre_loss", (golden, _) -> MoreLossCases.cre(golden)),
          Map.entry("more_ure_loss", (golden, _) -> MoreLossCases.ure(golden)),
          Map.entry("more_seg_loss", (golden, _) -> MoreLossCases.seg(golden)),
          Map.entry("more_masks", (golden, _) -> MoreLossCases.masks(golden)));

  private MoreCases() {}

  /// @param directory the folder of the case, with `micro.safetensors`
  /// @return one row per tensor; null if the case is not one of these
  static @Nullable List<Parity.Row> rows(GoldenCase golden, Path directory) {
    var known = CASES.get(golden.name());
    return known == null
        ? null
        : Parity.compare(golden, known.run(golden, directory), tensor -> tolerance(golden, tensor));
  }

  private static Tolerance tolerance(GoldenCase golden, String tensor) {
    return switch (golden.name()) {
      case "more_param_groups" ->
          isUnused(golden, tensor, "no_gradient")
              ? EQUAL
              : new BesideLargest(tensor.equals("out.lr") ? 0 : 1e-6, 1e-6);
      case "more_train_trajectory" -> ofTrajectory(golden, tensor);
      case "more_eval_multi_scale", "more_lam_eval", "more_validation" -> ofEvaluation(tensor);
      case "more_attri_loss", "more_cre_loss", "more_seg_loss" -> LOSS;
      case "more_ure_loss" ->
          tensor.equals("out.tokens_at") || tensor.equals("out.roi") ? EQUAL : LOSS;
      case "more_masks" -> LABELS;
      case "more_pretrained" -> new BesideLargest(1e-5, 1e-5);
      case "more_gca" -> tensor.equals("out.top_index") ? EQUAL : CLOSE;
      default -> CLOSE;
    };
  }

  private static Tolerance ofEvaluation(String tensor) {
    return switch (tensor) {
      case "out.logits", "out.lam", "out.cls" -> new BesideLargest(1e-3, 1e-3);
      case "out.crf_q" -> new Within(2e-2, 0);
      case "out.crf_label" -> new Share(0.995, EQUAL);
      case "out.keys" -> EQUAL;
      case "out.f1", "out.miou" -> new Within(1e-3, 0);
      default -> LABELS;
    };
  }

  private static Tolerance ofTrajectory(GoldenCase golden, String tensor) {
    if (tensor.startsWith("out.mask_")) {
      return LABELS;
    }
    if (tensor.startsWith("out.param_")) {
      return isUnused(golden, tensor, "parameters_without_gradient")
          ? EQUAL
          : new BesideLargest(5e-4, 0);
    }
    return switch (tensor) {
      case "out.tokens_at" -> EQUAL;
      case "out.lr" -> new BesideLargest(0, 1e-6);
      case "out.loss_reg" -> new BesideLargest(1e-6, 5e-4);
      default -> new BesideLargest(0, 5e-4);
    };
  }

  /// Whether a tensor is a weight that never gets a gradient: it must stay as it is.
  private static boolean isUnused(GoldenCase golden, String tensor, String listedIn) {
    return golden.texts(listedIn).contains(tensor.replaceFirst("^out\\.param_", ""));
  }
}
