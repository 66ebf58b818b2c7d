package toco.eval;

import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.cam.MultiScaleCam;
import toco.model.Toco;
import toco.torch.Tensor;

/// What the network makes of a batch of images of one size, without gradient.
///
/// @param classLogits [B, K]
/// @param segLogits [B, C, h, w] at the grid's size, background first
/// @param cams activation maps [B, K, H, W] at the images' size, or null if none were wanted
/// @param patchCosine [B], the mean cosine between an image's patch tokens
record Predictions(
    Tensor classLogits, Tensor segLogits, MultiScaleCam.@Nullable Cams cams, Tensor patchCosine) {

  /// @param images [B, 3, H, W] normalised
  /// @param camScales over which CAMs are summed; empty: no CAMs are made
  static Predictions of(Toco model, Tensor images, List<Double> camScales) {
    var tokens = model.encode(images);
    var patchMap = tokens.patchMap(); // [B, D, h, w]
    return new Predictions(
        model.classLogits(patchMap),
        model.segment(patchMap),
        camScales.isEmpty() ? null : MultiScaleCam.compute(model, images, camScales, tokens),
        meanPairwiseCosine(tokens.patchTokens()));
  }

  /// The mean over all pairs of different tokens. The cosines of all pairs add up to the squared
  /// length of the sum of the unit vectors, so the N×N matrix need not be made.
  ///
  /// @param tokens [B, N, D]; N = 1 has no pair and gives NaN
  /// @return [B]
  static Tensor meanPairwiseCosine(Tensor tokens) {
    long count = tokens.size(1);
    var unit = tokens.normalize(-1, 1e-8);
    var pairs = unit.sum(1).square().sum(-1); // [B]
    var diagonal = unit.square().sum(-1).sum(-1); // N, less what tokens of length 0 lack
    return pairs.sub(diagonal).div((double) count * (count - 1));
  }
}
