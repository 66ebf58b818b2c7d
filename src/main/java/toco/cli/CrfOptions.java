package toco.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import toco.config.CrfParams;

/// The parameters of a dense CRF on a command line: a preset, and what is to differ from it.
final class CrfOptions {
  /// The sets of parameters that have a name.
  enum Preset {
    EVALUATION,
    CAM;

    CrfParams params() {
      return switch (this) {
        case EVALUATION -> CrfParams.EVALUATION;
        case CAM -> CrfParams.CAM;
      };
    }
  }

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      defaultValue = "evaluation",
      description =
          "evaluation (10 iterations, Gaussian 1/1, bilateral 4/121/5) or cam (10, 3/3, 4/36/3);"
              + " weight/sigma in pixels/sigma in levels (default: evaluation).")
  Preset preset = Preset.EVALUATION;

  @Option(names = "--iterations", paramLabel = "N", description = "Mean-field iterations.")
  @Nullable Integer iterations;

  @Option(
      names = "--gaussian-weight",
      paramLabel = "W",
      description = "Weight of the term of places; 0 leaves it out.")
  @Nullable Double gaussianWeight;

  @Option(names = "--gaussian-sigma", paramLabel = "PX", description = "Its reach in pixels.")
  @Nullable Double gaussianSigmaPx;

  @Option(
      names = "--bilateral-weight",
      paramLabel = "W",
      description = "Weight of the term of places and colours; 0 leaves it out.")
  @Nullable Double bilateralWeight;

  @Option(names = "--bilateral-sigma", paramLabel = "PX", description = "Its reach in pixels.")
  @Nullable Double bilateralSigmaPx;

  @Option(
      names = "--bilateral-sigma-rgb",
      paramLabel = "LEVELS",
      description = "Its reach in colour levels.")
  @Nullable Double bilateralSigmaRgb;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Threads to use at most; 0 for all (default: 0).")
  int threads;

  CrfParams params() {
    var preset = this.preset.params();
    return new CrfParams(
        or(iterations, preset.iterations()),
        or(gaussianWeight, preset.gaussianWeight()),
        or(gaussianSigmaPx, preset.gaussianSigmaPx()),
        or(bilateralWeight, preset.bilateralWeight()),
        or(bilateralSigmaPx, preset.bilateralSigmaPx()),
        or(bilateralSigmaRgb, preset.bilateralSigmaRgb()));
  }

  private static <T> T or(@Nullable T given, T otherwise) {
    return given == null ? otherwise : given;
  }
}
