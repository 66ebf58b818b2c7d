package toco.cam;

import java.util.List;
import toco.config.CamConfig;
import toco.image.ImageBox;
import toco.torch.DType;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Label maps from class activation maps by thresholds. Labels are int64: 0 background, 1…K
/// classes, 255 ignored. "Valid" CAMs are 0 for classes that are not in the image.
public final class CamLabels {
  public static final int IGNORE = 255;

  private CamLabels() {}

  /// Sets the maps of classes that are not in the image to 0.
  ///
  /// @param cam [B, K, H, W]
  /// @param labels [B, K] multi-hot
  public static Tensor validCam(Tensor cam, Tensor labels) {
    return cam.mul(labels.unsqueeze(-1).unsqueeze(-1));
  }

  /// Labels for evaluation: the class with the highest activation, background where that is at most
  /// the threshold.
  ///
  /// @param validCam [B, K, H, W] in 0…1, absent classes 0
  /// @return [B, H, W]
  public static Tensor forEvaluation(Tensor validCam, double backgroundThreshold) {
    var strongest = validCam.max(1);
    return strongest.indices().add(1).maskedFill(strongest.values().le(backgroundThreshold), 0);
  }

  /// The same of one image's CAMs, whose labels are wanted at another size.
  ///
  /// @param cams [1, K, h, w] in 0…1
  /// @param multiHot \[K] the image's classes
  /// @return uint8 [1, heightPx, widthPx]
  public static Tensor forEvaluation(
      Tensor cams, float[] multiHot, long heightPx, long widthPx, double backgroundThreshold) {
    return TensorScope.scoped(() -> {
      var labels = Tensor.of(multiHot, 1, multiHot.length).to(cams.device(), true);
      var valid =
          TensorScope.scoped(
              () -> // two sets of maps at native size are large
              validCam(cams.interpolate(heightPx, widthPx, Interpolation.BILINEAR), labels));
      return forEvaluation(valid, backgroundThreshold).to(DType.UINT8);
    });
  }

  /// Labels for training: the class with the highest activation; background where that is at most
  /// the low threshold, else ignored where it is at most the high one. Ignored outside the box.
  ///
  /// @param validCam [B, K, h, w] in 0…1, absent classes 0
  /// @param boxes one per image, in units of this map's cells
  /// @return [B, h, w]
  public static Tensor forTraining(Tensor validCam, List<ImageBox> boxes, CamConfig cam) {
    var labels = byThresholds(validCam, cam.highThreshold(), cam.lowThreshold());
    var inside = ImageBox.mask(boxes, validCam.size(2), validCam.size(3), validCam.device());
    return labels.maskedFill(inside.eq(0), IGNORE);
  }

  /// The class with the highest activation; background where that is at most `low`, else ignored
  /// where it is at most `high`.
  ///
  /// @param validCam [B, K, h, w] in 0…1, absent classes 0
  /// @return [B, h, w]
  public static Tensor byThresholds(Tensor validCam, double high, double low) {
    var strongest = validCam.max(1);
    return strongest
        .indices()
        .add(1)
        .maskedFill(strongest.values().le(high), IGNORE)
        .maskedFill(strongest.values().le(low), 0);
  }

  /// Where local crops may be cut: 0 background, 1 uncertain, 2 foreground.
  ///
  /// @param auxCam [B, K, H, W] in 0…1
  /// @param labels [B, K] multi-hot
  /// @return int64 [B, H, W]
  public static Tensor roiMask(Tensor auxCam, Tensor labels, CamConfig cam) {
    var strongest = validCam(auxCam, labels).amax(new long[] {1}, false);
    var aboveLow = strongest.gt(cam.lowThreshold()).to(DType.INT64);
    return aboveLow.add(strongest.ge(cam.highThreshold()).to(DType.INT64));
  }
}
