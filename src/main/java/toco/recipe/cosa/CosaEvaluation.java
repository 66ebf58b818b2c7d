package toco.recipe.cosa;

import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.cam.EncodedImages;
import toco.cam.EvaluatedImage;
import toco.cam.ImageEvaluation;
import toco.cam.ImageValues;
import toco.cam.LogitSegmentation;
import toco.cam.MultiScaleCam.Cams;
import toco.cam.NetworkInput;
import toco.config.PixelStatistics;
import toco.image.RgbImage;
import toco.model.Network;
import toco.torch.DType;
import toco.torch.Interpolation;
import toco.torch.Tensor;

/// CoSA's published evaluation (docs/COSA.md "Evaluation"): every image as a square of one size,
/// with the logits of all scales and mirror images summed.
///
/// @param sizePx side of the square
/// @param scales of the images; the auxiliary CAM is that of the last one alone
public record CosaEvaluation(int sizePx, List<Double> scales) implements ImageEvaluation {
  @Override
  public Image of(Network model, RgbImage image) {
    var input = NetworkInput.of(image, sizePx, model); // [1, 3, size, size]
    return new Image(model, image, input, MultiScaleMaps.of(model, input, scales, null));
  }

  /// As published, 20 of ImageNet's 3 · 256 levels are 1 lower.
  @Override
  public Tensor crfImage(RgbImage image, PixelStatistics statistics) {
    return PublishedLevels.of(image.tensor(), statistics);
  }

  /// What a network shows of an image.
  ///
  /// @param image at native size
  /// @param input the square, [1, 3, size, size] normalised
  /// @param maps at the size of the square
  public record Image(Network model, RgbImage image, Tensor input, MultiScaleMaps maps)
      implements EvaluatedImage {
    /// Class logits: their sum over all passes. The cosine is from a pass of its own, because the
    /// maps keep no tokens.
    @Override
    public ImageValues values() {
      var cosine =
          model.hasMaps()
              ? EncodedImages.of(model, input).patchCosine()
              : Tensor.full(Double.NaN, DType.FLOAT32, input.device(), 1);
      return ImageValues.read(maps.classLogits(), cosine).getFirst();
    }

    @Override
    public LogitSegmentation segmentation() {
      return new LogitSegmentation(
          maps.segLogits().interpolate(image.heightPx(), image.widthPx(), Interpolation.BILINEAR));
    }

    @Override
    public @Nullable Cams cams() {
      return model.hasMaps() ? new Cams(maps.cam(), maps.auxCam()) : null;
    }
  }
}
