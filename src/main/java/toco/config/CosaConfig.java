package toco.config;

import static toco.config.ValueChecks.atLeast;
import static toco.config.ValueChecks.nonNegative;
import static toco.config.ValueChecks.ordered;
import static toco.config.ValueChecks.positive;
import static toco.config.ValueChecks.probability;

import java.util.List;

/// CoSA's own settings (docs/COSA.md): those of the published runs, of which the logs are the
/// source. What CoSA shares with ToCo, such as the geometry of the crop and the dense energy, is in
/// the sections of [Config].
///
/// @param blurProbability probability of blurring the weak view
/// @param scales image scales of the teacher's maps, each with its mirror image; the auxiliary CAM
///   is that of the last one alone
/// @param highThreshold activation of the main CAM from which a pixel is of its class
/// @param lowThreshold activation of the main CAM up to which a pixel is background
/// @param auxHighThreshold the same for the labels from the auxiliary CAM
/// @param auxLowThreshold the same for the labels from the auxiliary CAM
/// @param labelDownscale factor by which maps are downscaled to make labels
/// @param temperature divides the teacher's summed segmentation logits in the swap loss
/// @param segWeight weight of the segmentation cross-entropy
/// @param camWeight weight of the swap loss
/// @param regWeight weight of the dense energy
/// @param denseStartIter first iteration with these three terms; before it their weights are 0
/// @param teacherMomentum momentum of the teacher's moving average
public record CosaConfig(
    double blurProbability,
    List<Double> scales,
    double highThreshold,
    double lowThreshold,
    double auxHighThreshold,
    double auxLowThreshold,
    int labelDownscale,
    double temperature,
    double segWeight,
    double camWeight,
    double regWeight,
    int denseStartIter,
    double teacherMomentum) {

  private static final List<Double> SCALES = List.of(1.0, 0.5, 1.5);

  /// The published VOC run.
  public static final CosaConfig VOC =
      new CosaConfig(0.5, SCALES, 0.7, 0.2, 0.7, 0.25, 2, 0.01, 0.1, 0.05, 0.05, 6001, 0.9994);

  /// The published COCO run.
  public static final CosaConfig COCO =
      new CosaConfig(0.5, SCALES, 0.65, 0.25, 0.7, 0.25, 2, 0.01, 0.1, 0.05, 0.05, 10001, 0.9994);

  public CosaConfig {
    probability("cosa.blurProbability", blurProbability);
    scales = ValueChecks.scales("cosa.scales", scales);
    probability("cosa.highThreshold", highThreshold);
    probability("cosa.lowThreshold", lowThreshold);
    ordered("cosa.lowThreshold", lowThreshold, "cosa.highThreshold", highThreshold);
    probability("cosa.auxHighThreshold", auxHighThreshold);
    probability("cosa.auxLowThreshold", auxLowThreshold);
    ordered("cosa.auxLowThreshold", auxLowThreshold, "cosa.auxHighThreshold", auxHighThreshold);
    atLeast("cosa.labelDownscale", labelDownscale, 1);
    positive("cosa.temperature", temperature);
    nonNegative("cosa.segWeight", segWeight);
    nonNegative("cosa.camWeight", camWeight);
    nonNegative("cosa.regWeight", regWeight);
    atLeast("cosa.denseStartIter", denseStartIter, 0);
    probability("cosa.teacherMomentum", teacherMomentum);
  }
}
