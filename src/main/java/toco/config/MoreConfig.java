package toco.config;

import static toco.config.ValueChecks.atLeast;
import static toco.config.ValueChecks.nonNegative;
import static toco.config.ValueChecks.ordered;
import static toco.config.ValueChecks.positive;
import static toco.config.ValueChecks.probability;

/// `more.*`: what MoRe (arXiv:2412.11076) adds to ToCo's settings. Image scales and thresholds of
/// pseudo-labels are in [CamConfig], the dense energy in [LossConfig]. The two classification
/// losses always have weight 1. Before its first iteration a term has weight 0: its gradient is
/// zero, not absent.
///
/// @param attriWeight weight of the loss that keeps class tokens apart
/// @param ptcWeight weight of the patch-token contrast
/// @param creWeight weight of the loss of confident patches (COCO 0.1)
/// @param ureWeight weight of the loss of uncertain patches (COCO 0.01)
/// @param segWeight weight of the segmentation cross-entropy on pseudo-labels
/// @param regWeight weight of the dense energy regularisation
/// @param ptcStartIter first iteration with `ptcWeight` (COCO 8001)
/// @param creStartIter first iteration with `creWeight` (COCO 12001)
/// @param ureStartIter first iteration with `ureWeight` (COCO 12001)
/// @param segStartIter first iteration with `segWeight` (VOC 2001, COCO 16001)
/// @param regStartIter first iteration with `regWeight` (VOC 2001, COCO 16001)
/// @param attriTemperature by which the cosines of class tokens are divided
/// @param creTemperature by which the projections of patches are divided (VOC 0.5, COCO 0.1)
/// @param creHighThreshold activation up to which a patch is not confident for `cre`, while its
///   mask is made from the auxiliary CAMs
/// @param mainCamStartIter first iteration at which the masks of `cre` and `ure` are made from the
///   CAMs, with the two thresholds below (VOC 10001, COCO 50001)
/// @param mainCamHighThreshold activation up to which a patch is not confident then
/// @param mainCamLowThreshold activation up to which a patch is background then
public record MoreConfig(
    @Default("1") double attriWeight,
    @Default("0.3") double ptcWeight,
    @Default("0.2") double creWeight,
    @Default("0.1") double ureWeight,
    @Default("0.12") double segWeight,
    @Default("0.05") double regWeight,
    @Default("0") int ptcStartIter,
    @Default("0") int creStartIter,
    @Default("0") int ureStartIter,
    @Default("2001") int segStartIter,
    @Default("2001") int regStartIter,
    @Default("0.07") double attriTemperature,
    @Default("0.5") double creTemperature,
    @Default("0.5") double creHighThreshold,
    @Default("10001") int mainCamStartIter,
    @Default("0.6") double mainCamHighThreshold,
    @Default("0.35") double mainCamLowThreshold)
    implements RecipeSection {

  private static final int MIN_URE_GRID = 7; // its windows have 6 × 6 patches

  public MoreConfig {
    nonNegative("more.attriWeight", attriWeight);
    nonNegative("more.ptcWeight", ptcWeight);
    nonNegative("more.creWeight", creWeight);
    nonNegative("more.ureWeight", ureWeight);
    nonNegative("more.segWeight", segWeight);
    nonNegative("more.regWeight", regWeight);
    atLeast("more.ptcStartIter", ptcStartIter, 0);
    atLeast("more.creStartIter", creStartIter, 0);
    atLeast("more.ureStartIter", ureStartIter, 0);
    atLeast("more.segStartIter", segStartIter, 0);
    atLeast("more.regStartIter", regStartIter, 0);
    positive("more.attriTemperature", attriTemperature);
    positive("more.creTemperature", creTemperature);
    probability("more.creHighThreshold", creHighThreshold);
    atLeast("more.mainCamStartIter", mainCamStartIter, 0);
    probability("more.mainCamHighThreshold", mainCamHighThreshold);
    probability("more.mainCamLowThreshold", mainCamLowThreshold);
    ordered(
        "more.mainCamLowThreshold", mainCamLowThreshold,
        "more.mainCamHighThreshold", mainCamHighThreshold);
  }

  /// Checks that the network can be MoRe's, and that `ure` finds its windows in the views.
  @Override
  public void requireFit(ModelConfig model, AugmentConfig augment) {
    if (model.script().isPresent()) {
      throw new ConfigException(
          "model.encoder",
          "model.encoder must be own with recipe more, got %s: a TorchScript module does not have"
                  .formatted(model.encoder())
              + " MoRe's token per class");
    }
    int patch = model.encoderShape().patchSizePx();
    int cropSizePx = augment.cropSizePx();
    if (ureWeight > 0 && cropSizePx / patch < MIN_URE_GRID) {
      throw new ConfigException(
          "augment.cropSizePx",
          ("augment.cropSizePx must be ≥ %s, %s patches of %s px, which the loss term ure needs,"
                  + " got %s; raise it, choose a smaller patch, or set more.ureWeight=0")
              .formatted(MIN_URE_GRID * patch, MIN_URE_GRID, patch, cropSizePx));
    }
  }
}
