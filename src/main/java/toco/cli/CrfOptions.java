package toco.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import toco.config.CrfParams;

/// The options of a dense CRF: a preset, and values that replace the preset's.
final class CrfOptions {
  /// Named sets of parameters.
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
          "evaluation: 10 iterations, Gaussian term 1/1, bilateral term 4/121/5; cam: 10, 3/3,"
              + " 4/36/3; each weight/sigma in pixels/sigma in colour levels (default:"
              + " evaluation).")
  Preset preset = Preset.EVALUATION;

  @Option(names = "--iterations", paramLabel = "N", description = "Mean-field iterations.")
  @Nullable Integer iterations;

  @Option(
      names = "--gaussian-weight",
      paramLabel = "W",
      description = "Weight of the Gaussian term (positions only); 0: none.")
  @Nullable Double gaussianWeight;

  @Option(
      names = "--gaussian-sigma",
      paramLabel = "PX",
      description = "Standard deviation of the Gaussian term, in pixels.")
  @Nullable Double gaussianSigmaPx;

  @Option(
      names = "--bilateral-weight",
      paramLabel = "W",
      description = "Weight of the bilateral term (positions and colours); 0: none.")
  @Nullable Double bilateralWeight;

  @Option(
      names = "--bilateral-sigma",
      paramLabel = "PX",
      description = "Standard deviation of the bilateral term, in pixels.")
  @Nullable Double bilateralSigmaPx;

  @Option(
      names = "--bilateral-sigma-rgb",
      paramLabel = "LEVELS",
      description = "Standard deviation of the bilateral term, in colour levels.")
  @Nullable Double bilateralSigmaRgb;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Maximum number of threads; 0: all (default: 0).")
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
