package toco.config;

import static toco.config.ValueChecks.atLeast;
import static toco.config.ValueChecks.invalid;

import java.util.List;

/// `eval.*`: evaluation (METHOD.md "Evaluation"): segmentation and CAMs are scored against the
/// masks at native size. Evaluations in training, and `toco eval` unless another protocol is given,
/// segment each image once, without flip, further scales or CRF, so those keys must keep their
/// defaults. `--protocol custom` uses all keys.
///
/// @param split the list to evaluate: `train`, `val` or `test`
/// @param sizePx side of the square to which images are resized, a multiple of the encoder's patch;
///   0: native size
/// @param scales image scales of the segmentation (published in training: only 1)
/// @param flip how the segmentations of an image and its flipped image are combined: `none` (no
///   flip), `sum` or `max`
/// @param combine how the segmentations of several scales are combined: `sum` or `max`
/// @param camScales image scales over which CAMs are summed, each with its flipped image; empty:
///   CAMs are not scored
/// @param useCrf whether to refine the segmentation with a dense CRF
/// @param crf the CRF's parameters
/// @param labelsKnown whether to score the segmentation, and that after the CRF, once more without
///   the classes that the image's true labels lack, with every protocol. Such scores, called
///   labels-known, cannot be compared with others
/// @param maps class maps that the protocols `more-cam2seg`, `more-cam2seg-crf` and `more-test-crf`
///   segment: `cam`, or `lam`, MoRe's localisation maps, which evaluations in training and the
///   protocol `custom` then score next to the CAMs
/// @param mapScales image scales of these protocols, each with its flipped image
public record EvalConfig(
    @Default("val") Split split,
    @Default("448") int sizePx,
    @Default("[1]") List<Double> scales,
    @Default("none") Combination flip,
    @Default("max") Combination combine,
    @Default("[1, 0.5, 1.5]") List<Double> camScales,
    @Default("false") boolean useCrf,
    CrfParams crf,
    @Default("false") boolean labelsKnown,
    @Default("cam") ClassMap maps,
    @Default("[1, 0.5, 0.75, 1.25, 1.5, 1.75, 2]") List<Double> mapScales) {

  public EvalConfig {
    if (sizePx != 0) {
      atLeast("eval.sizePx", sizePx, 16);
    }
    scales = ValueChecks.scales("eval.scales", scales);
    if (combine == Combination.NONE) {
      throw invalid("eval.combine", "sum or max", combine);
    }
    mapScales = ValueChecks.scales("eval.mapScales", mapScales);
    camScales = camScales.isEmpty() ? List.of() : ValueChecks.scales("eval.camScales", camScales);
  }
}
