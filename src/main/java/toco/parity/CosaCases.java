package toco.parity;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.parity.Tolerance.Within;
import toco.torch.Tensor;

/// The components of CoSA that no other recipe has, with the tolerances that came with their
/// recorded results.
final class CosaCases {
  private static final Within CLOSE = new Within(1e-4, 1e-4);

  private CosaCases() {}

  /// What a case computes; null if it is not one of CoSA's.
  ///
  /// @param directory of the case, with `micro.safetensors`
  static @Nullable Map<String, Tensor> compute(GoldenCase golden, Path directory) {
    return switch (golden.name()) {
      case "strong_op" -> CosaImageCases.operation(golden);
      case "strong_parameters" -> CosaImageCases.parameters(golden);
      case "views" -> CosaImageCases.views(golden);
      default -> null;
    };
  }

  /// The tolerance of a tensor of one of these cases.
  static Tolerance tolerance(GoldenCase golden, String tensor) {
    return switch (golden.name()) {
      case "strong_op", "strong_parameters", "views" -> CosaImageCases.tolerance(golden, tensor);
      default -> CLOSE;
    };
  }
}
