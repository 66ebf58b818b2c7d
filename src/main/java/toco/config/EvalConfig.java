package toco.config;

import static toco.config.Checks.atLeast;

import java.util.List;

/// `eval.*`: evaluation as it happens in training (METHOD.md "Evaluation"): a square input, CAMs
/// and segmentation scored against the masks at native size.
///
/// @param split the list that is evaluated: `train`, `val` or `test`
/// @param sizePx side to which images are resized
/// @param scales image scales of the segmentation (published in training: 1 alone)
/// @param camScales image scales over which CAMs are summed, each with its mirror image
public record EvalConfig(
    @Default("val") Split split,
    @Default("448") int sizePx,
    @Default("[1]") List<Double> scales,
    @Default("[1, 0.5, 1.5]") List<Double> camScales) {

  public EvalConfig {
    atLeast("eval.sizePx", sizePx, 16);
    scales = Checks.scales("eval.scales", scales);
    camScales = Checks.scales("eval.camScales", camScales);
  }
}
