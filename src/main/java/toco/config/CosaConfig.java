package toco.config;

import static toco.config.ValueChecks.atLeast;
import static toco.config.ValueChecks.nonNegative;
import static toco.config.ValueChecks.ordered;
import static toco.config.ValueChecks.positive;
import static toco.config.ValueChecks.probability;

/// `cosa.*`: what CoSA (arXiv:2402.17891) adds to ToCo's settings; the defaults are those of the
/// published training logs. Image scales of the teacher's maps and the thresholds of its CAMs are
/// in [CamConfig], the dense energy in [LossConfig], geometry and radius of the blur in
/// [AugmentConfig]. The two classification losses always have weight 1.
///
/// @param blurProbability probability of blurring the weak view
/// @param auxHighThreshold as `cam.highThreshold`, for the labels from the auxiliary CAMs
/// @param auxLowThreshold as `cam.lowThreshold`, for the labels from the auxiliary CAMs
/// @param temperature by which the teacher's summed segmentation logits are divided in the swap
///   loss
/// @param segWeight weight of the segmentation cross-entropy on both labels
/// @param camWeight weight of the swap loss
/// @param regWeight weight of the dense energy regularisation
/// @param denseStartIter first iteration with these three terms; before it they have weight 0: the
///   decoder's gradient is zero, not absent (VOC 6001, COCO 10001)
/// @param teacherMomentum momentum of the teacher's EMA update in every step
/// @param scoreOnline whether evaluations in training score the online network, too, with results
///   of its own; each then takes twice as long
public record CosaConfig(
    @Default("0.5") double blurProbability,
    @Default("0.7") double auxHighThreshold,
    @Default("0.25") double auxLowThreshold,
    @Default("0.01") double temperature,
    @Default("0.1") double segWeight,
    @Default("0.05") double camWeight,
    @Default("0.05") double regWeight,
    @Default("6001") int denseStartIter,
    @Default("0.9994") double teacherMomentum,
    @Default("true") boolean scoreOnline)
    implements RecipeSection {

  public CosaConfig {
    probability("cosa.blurProbability", blurProbability);
    probability("cosa.auxHighThreshold", auxHighThreshold);
    probability("cosa.auxLowThreshold", auxLowThreshold);
    ordered("cosa.auxLowThreshold", auxLowThreshold, "cosa.auxHighThreshold", auxHighThreshold);
    positive("cosa.temperature", temperature);
    nonNegative("cosa.segWeight", segWeight);
    nonNegative("cosa.camWeight", camWeight);
    nonNegative("cosa.regWeight", regWeight);
    atLeast("cosa.denseStartIter", denseStartIter, 0);
    probability("cosa.teacherMomentum", teacherMomentum);
  }

  /// Any network and any view will do.
  @Override
  public void requireFit(ModelConfig model, AugmentConfig augment) {}
}
