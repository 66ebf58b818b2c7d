package toco.config;

import java.util.List;

/// Mean and standard deviation of the red, green and blue channel, by which an encoder's images are
/// normalised; channels in 0–1.
///
/// @param mean three values
/// @param std three positive values
public record PixelStatistics(List<Double> mean, List<Double> std) {
  /// ImageNet's: DeiT, DINO, DINOv2, DINOv3, MAE, and the published ToCo.
  public static final PixelStatistics IMAGENET =
      new PixelStatistics(List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225));

  /// CLIP's.
  public static final PixelStatistics CLIP =
      new PixelStatistics(
          List.of(0.48145466, 0.4578275, 0.40821073), List.of(0.26862954, 0.26130258, 0.27577711));

  /// 0.5 for all: AugReg, SigLIP, and CLIP L/14 of LAION-2B.
  public static final PixelStatistics HALF =
      new PixelStatistics(List.of(0.5, 0.5, 0.5), List.of(0.5, 0.5, 0.5));

  public PixelStatistics {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
  }
}
