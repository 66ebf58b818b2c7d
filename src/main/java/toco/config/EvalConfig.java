package toco.config;

import static toco.config.ValueChecks.atLeast;
import static toco.config.ValueChecks.invalid;

import java.util.List;

/// `eval.*`: evaluation (METHOD.md "Evaluation"): segmentation and CAMs scored against the masks at
/// native size. In training, and by `toco eval` unless another protocol is named, the image is
/// segmented once, as it is; the other keys then keep their defaults. `--protocol custom` takes
/// them all.
///
/// @param split the list that is evaluated: `train`, `val` or `test`
/// @param sizePx side of the square to which images are resized; 0: native size
/// @param scales image scales of the segmentation (published in training: 1 alone)
/// @param flip how segmentations of an image and its mirror image become one: `none` (no mirror
///   image), `sum` or `max`
/// @param combine how those of several scales become one: `sum` or `max`
/// @param camScales image scales over which CAMs are summed, each with its mirror image; empty:
///   CAMs are not scored
/// @param useCrf whether a dense CRF follows the segmentation
/// @param crf its parameters
public record EvalConfig(
    @Default("val") Split split,
    @Default("448") int sizePx,
    @Default("[1]") List<Double> scales,
    @Default("none") Combination flip,
    @Default("max") Combination combine,
    @Default("[1, 0.5, 1.5]") List<Double> camScales,
    @Default("false") boolean useCrf,
    CrfParams crf) {

  public EvalConfig {
    if (sizePx != 0) {
      atLeast("eval.sizePx", sizePx, 16);
    }
    scales = ValueChecks.scales("eval.scales", scales);
    if (combine == Combination.NONE) {
      throw invalid("eval.combine", "sum or max", combine);
    }
    camScales = camScales.isEmpty() ? List.of() : ValueChecks.scales("eval.camScales", camScales);
  }
}
