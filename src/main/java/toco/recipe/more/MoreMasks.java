package toco.recipe.more;

import toco.cam.CamLabels;
import toco.cam.MultiScaleCam.Cams;
import toco.cam.PresentClasses;
import toco.config.CamConfig;
import toco.config.MoreConfig;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;

/// Labels of the patches for MoRe's three losses on patch tokens: 0 background, 1…K, 255 ignored or
/// uncertain.
///
/// | mask | until `more.mainCamStartIter` | from then |
/// |---|---|---|
/// | `ptc` | auxiliary CAMs, `cam.highThreshold`, `cam.lowThreshold` | the same |
/// | `cre` | auxiliary CAMs, `more.creHighThreshold`, `cam.lowThreshold` | CAMs, `more.mainCam…` |
/// | `ure` | as `ptc` | as `cre` |
///
/// @param ptc int64 [B, h, w], as are the others
public record MoreMasks(Tensor ptc, Tensor cre, Tensor ure) {
  /// @param cams of the present classes, [B, P, H, W] each
  /// @param present the classes of each image
  /// @param gridH rows of the masks
  public static MoreMasks of(
      Cams cams,
      PresentClasses present,
      long gridH,
      long gridW,
      long iteration,
      CamConfig thresholds,
      MoreConfig config) {
    try (var _ = GradMode.noGrad()) {
      var auxCam = atGrid(cams.auxCam(), present, gridH, gridW);
      double low = thresholds.lowThreshold();
      var ptc = labels(auxCam, present, thresholds.highThreshold(), low);
      if (iteration < config.mainCamStartIter()) {
        return new MoreMasks(ptc, labels(auxCam, present, config.creHighThreshold(), low), ptc);
      }
      var cam = atGrid(cams.cam(), present, gridH, gridW);
      var both = labels(cam, present, config.mainCamHighThreshold(), config.mainCamLowThreshold());
      return new MoreMasks(ptc, both, both);
    }
  }

  /// Valid CAMs at the size of the patch grid.
  private static Tensor atGrid(Tensor cam, PresentClasses present, long gridH, long gridW) {
    return CamLabels.validCam(
        cam.interpolate(gridH, gridW, Interpolation.BILINEAR), present.multiHot(cam.device()));
  }

  private static Tensor labels(Tensor cam, PresentClasses present, double high, double low) {
    var positions = CamLabels.byThresholds(cam, high, low); // in the list of present classes
    var ignored = positions.eq(CamLabels.IGNORE);
    return present.classIds(positions.maskedFill(ignored, 0)).maskedFill(ignored, CamLabels.IGNORE);
  }
}
