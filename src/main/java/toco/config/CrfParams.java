package toco.config;

import static toco.config.ValueChecks.nonNegative;
import static toco.config.ValueChecks.positive;

/// The parameters of a dense CRF (Krähenbühl and Koltun, arXiv:1210.5644) with the Potts model: how
/// strongly nearby pixels, and nearby pixels of similar colour, are pulled towards the same label.
///
/// @param iterations mean-field iterations; 0 returns the clipped probabilities
/// @param gaussianWeight weight of the Gaussian term (positions only); 0: none
/// @param gaussianSigmaPx standard deviation of the Gaussian term, in pixels
/// @param bilateralWeight weight of the bilateral term (positions and colours); 0: none
/// @param bilateralSigmaPx standard deviation of the bilateral term, in pixels
/// @param bilateralSigmaRgb standard deviation of the bilateral term, in colour levels (0–255)
public record CrfParams(
    @Default("10") int iterations,
    @Default("1") double gaussianWeight,
    @Default("1") double gaussianSigmaPx,
    @Default("4") double bilateralWeight,
    @Default("121") double bilateralSigmaPx,
    @Default("5") double bilateralSigmaRgb) {

  /// After the segmentation, in evaluation (METHOD, Evaluation).
  public static final CrfParams EVALUATION = new CrfParams(10, 1, 1, 4, 121, 5);

  /// On class activation maps (METHOD, Evaluation).
  public static final CrfParams CAM = new CrfParams(10, 3, 3, 4, 36, 3);

  /// After MoRe's segmentation, localisation maps and CAMs for VOC.
  public static final CrfParams MORE = new CrfParams(10, 3, 1, 4, 67, 3);

  /// After CoSA's segmentation: a single iteration.
  public static final CrfParams COSA = new CrfParams(1, 1, 1, 4, 121, 5);

  public CrfParams {
    ValueChecks.atLeast("crf.iterations", iterations, 0);
    nonNegative("crf.gaussianWeight", gaussianWeight);
    positive("crf.gaussianSigmaPx", gaussianSigmaPx);
    nonNegative("crf.bilateralWeight", bilateralWeight);
    positive("crf.bilateralSigmaPx", bilateralSigmaPx);
    positive("crf.bilateralSigmaRgb", bilateralSigmaRgb);
  }

  /// For people.
  @Override
  public String toString() {
    return "CRF of %s iterations, gaussian %s σ %s px, bilateral %s σ %s px and %s levels"
        .formatted(
            iterations,
            number(gaussianWeight),
            number(gaussianSigmaPx),
            number(bilateralWeight),
            number(bilateralSigmaPx),
            number(bilateralSigmaRgb));
  }

  private static String number(double value) {
    return Double.toString(value).replaceFirst("\\.0$", "");
  }
}
