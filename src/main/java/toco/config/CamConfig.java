package toco.config;

import static toco.config.ValueChecks.atLeast;
import static toco.config.ValueChecks.invalid;
import static toco.config.ValueChecks.nonNegative;
import static toco.config.ValueChecks.ordered;
import static toco.config.ValueChecks.probability;

import java.util.List;

/// `cam.*`: class activation maps (CAMs) and what training derives from them: RoI mask, local
/// crops, pseudo-labels (METHOD.md, training steps 1–3, 6 and 7).
///
/// @param scales image scales over which training CAMs are summed, each with its horizontally
///   flipped image; each makes the crop a multiple of the encoder's patch
/// @param highThreshold activation at or above which a pixel is certain foreground (COCO 0.65)
/// @param lowThreshold activation up to which a pixel is certain background (COCO 0.25, CoSA for
///   VOC 0.2)
/// @param backgroundThreshold activation below which evaluation counts a pixel as background (COCO
///   0.45); training labels have an uncertain band instead and do not use it
/// @param parIterations iterations of pixel-adaptive refinement (PAR), which CoSA's training does
///   not use
/// @param parDilations dilations of PAR's 8-neighbourhoods, in pixels of the downscaled image
/// @param parDownscale factor by which image and CAMs are downscaled before the refinement; CoSA's
///   labels are made at that size, too
/// @param negativeRatio a local crop whose summed RoI mask is at most this share of its area is a
///   negative of the class-token contrast
public record CamConfig(
    @Default("[1, 0.5, 1.5]") List<Double> scales,
    @Default("0.7") double highThreshold,
    @Default("0.25") double lowThreshold,
    @Default("0.5") double backgroundThreshold,
    @Default("10") int parIterations,
    @Default("[1, 2, 4, 8, 12, 24]") List<Integer> parDilations,
    @Default("2") int parDownscale,
    @OnlyFor(RecipeName.TOCO) @Default("0.2") double negativeRatio) {

  public CamConfig {
    scales = ValueChecks.scales("cam.scales", scales);
    probability("cam.highThreshold", highThreshold);
    probability("cam.lowThreshold", lowThreshold);
    ordered("cam.lowThreshold", lowThreshold, "cam.highThreshold", highThreshold);
    probability("cam.backgroundThreshold", backgroundThreshold);
    atLeast("cam.parIterations", parIterations, 0);
    if (parDilations.isEmpty() || !parDilations.stream().allMatch(d -> d >= 1)) {
      throw invalid("cam.parDilations", "one or more integers ≥ 1", parDilations);
    }
    parDilations = List.copyOf(parDilations);
    atLeast("cam.parDownscale", parDownscale, 1);
    nonNegative("cam.negativeRatio", negativeRatio);
  }
}
