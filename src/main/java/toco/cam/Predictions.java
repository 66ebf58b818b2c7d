package toco.cam;

import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.model.Network;
import toco.torch.Interpolation;
import toco.torch.Tensor;

/// What the network predicts for a batch of images of one size, computed once.
///
/// @param classLogits [B, K]
/// @param segLogits [B, C, h, w] of the patch grid, background first
/// @param cams CAMs of all classes, [B, K, H, W] at the images' size; null if not asked for, or if
///   the network has none
/// @param patchCosine \[B], mean cosine between an image's patch tokens
public record Predictions(
    Tensor classLogits, Tensor segLogits, MultiScaleCam.@Nullable Cams cams, Tensor patchCosine) {

  /// @param images [B, 3, H, W] normalised
  /// @param camScales image scales over which CAMs are summed; empty: no CAMs
  public static Predictions of(Network model, Tensor images, List<Double> camScales) {
    return of(EncodedImages.of(model, images), camScales);
  }

  /// The same for images that are encoded already.
  public static Predictions of(EncodedImages images, List<Double> camScales) {
    return new Predictions(
        images.classLogits(),
        images.segLogits(),
        camScales.isEmpty() || !images.model().hasMaps() ? null : images.cams(camScales),
        images.patchCosine());
  }

  /// One image's segmentation, its logits upsampled to another size, such as the native one.
  ///
  /// @param i the image's position in the batch
  /// @return int64 [heightPx, widthPx], 0…K
  public Tensor segLabels(int i, long heightPx, long widthPx) {
    return segLogits
        .slice(0, i, i + 1)
        .interpolate(heightPx, widthPx, Interpolation.BILINEAR)
        .argmax(1)
        .select(0, 0);
  }
}
