package toco.parity;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.model.Network;
import toco.parity.Tolerance.OfLargest;
import toco.parity.Tolerance.Share;
import toco.parity.Tolerance.Within;
import toco.recipe.cosa.CosaNetworks;
import toco.torch.Tensor;

/// The components of CoSA that no other recipe has, with the tolerances that came with their
/// recorded results.
final class CosaCases {
  private static final Within CLOSE = new Within(1e-4, 1e-4);

  private CosaCases() {}

  /// @param directory of the case, with `micro.safetensors`
  /// @return one row per tensor; null if the case is not one of these
  static @Nullable List<Parity.Row> rows(GoldenCase golden, Path directory) {
    var computed = compute(golden, directory);
    return computed == null
        ? null
        : Parity.compare(golden, computed, tensor -> tolerance(golden, tensor));
  }

  private static @Nullable Map<String, Tensor> compute(GoldenCase golden, Path directory) {
    return switch (golden.name()) {
      case "strong_op" -> CosaImageCases.operation(golden);
      case "strong_parameters" -> CosaImageCases.parameters(golden);
      case "views" -> CosaImageCases.views(golden);
      case "teacher_labels" -> CosaLossCases.labels(golden);
      case "swap_loss" -> CosaLossCases.swapLoss(golden);
      case "balanced_seg_loss" -> CosaLossCases.balancedSegLoss(golden);
      case "cosa_network", "teacher_maps", "cosa_eval" -> withNetworks(golden, directory);
      case "ema", "param_groups", "cosa_step", "cosa_trajectory" -> withNetworks(golden, directory);
      default -> null;
    };
  }

  private static Map<String, Tensor> withNetworks(GoldenCase golden, Path directory) {
    var micro = MicroNetwork.cosaConfig(directory);
    try (var networks = CosaMicro.load(directory, micro, golden.device())) {
      return switch (golden.name()) {
        case "cosa_network" -> CosaLossCases.network(golden, named(golden, networks));
        case "teacher_maps" -> CosaLossCases.maps(golden, named(golden, networks));
        case "cosa_eval" -> CosaEvalCases.evaluation(golden, named(golden, networks));
        case "ema" -> CosaTrainingCases.ema(golden, networks);
        case "param_groups" -> CosaOptimizerCases.paramGroups(golden, networks, micro);
        case "cosa_step" -> CosaTrainingCases.step(golden, networks, micro);
        default -> CosaTrainingCases.trajectory(golden, networks, micro);
      };
    }
  }

  private static Network named(GoldenCase golden, CosaNetworks networks) {
    return switch (golden.text("network")) {
      case "online" -> networks.online();
      case "teacher" -> networks.teacher();
      default -> throw golden.lacks("the network online or teacher");
    };
  }

  private static Tolerance tolerance(GoldenCase golden, String tensor) {
    return switch (golden.name()) {
      case "strong_op", "strong_parameters", "views" -> CosaImageCases.tolerance(golden, tensor);
      case "ema" -> new Within(1e-6, 0);
      case "teacher_labels" -> new Share(0.999, new Within(0, 0));
      case "swap_loss" ->
          tensor.equals("out.target_at_grid") ? new Within(1e-4, 0) : new OfLargest(1e-4);
      case "balanced_seg_loss" -> new OfLargest(1e-4);
      case "param_groups" -> tensor.equals("out.lr") ? new Within(1e-12, 0) : new Within(1e-5, 0);
      case "cosa_step", "cosa_trajectory" -> CosaTrainingCases.tolerance(golden, tensor);
      case "cosa_eval" -> CosaEvalCases.tolerance(tensor);
      default -> CLOSE; // cosa_network and teacher_maps
    };
  }
}
