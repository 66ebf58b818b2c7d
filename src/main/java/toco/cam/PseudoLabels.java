package toco.cam;

import java.util.List;
import java.util.function.UnaryOperator;
import toco.config.CamConfig;
import toco.image.ImageBox;
import toco.refine.Par;
import toco.torch.DType;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Segmentation labels from CAMs, refined by PAR (METHOD, training step 6). A softmax over each
/// image's present classes and a constant background score gives probabilities, which PAR refines:
/// once with a high background score and once with a low one. A pixel that is background only with
/// the high score is ignored.
public final class PseudoLabels {
  private static final double PADDING = Double.NEGATIVE_INFINITY;

  private final CamConfig config;
  private final Par par;

  public PseudoLabels(CamConfig config) {
    this.config = config;
    par =
        new Par(
            config.parDilations().stream().mapToLong(Integer::longValue).toArray(),
            config.parIterations());
  }

  /// @param unitImages float32 [B, 3, H, W] in 0…1, from
  ///   [toco.image.Normalization#denormalizeToUnit]
  /// @param cam maps of the present classes [B, P, H, W] in 0…1
  /// @param present the classes of each image
  /// @param boxes one per image, in pixels; outside, labels are 255
  /// @return int64 [B, H, W]: 0 background, 1…K, 255 ignored
  public Tensor refine(
      Tensor unitImages, Tensor cam, PresentClasses present, List<ImageBox> boxes) {
    try (var _ = GradMode.noGrad();
        var scope = TensorScope.open()) {
      var images =
          unitImages.interpolate(
              unitImages.size(2) / config.parDownscale(),
              unitImages.size(3) / config.parDownscale(),
              Interpolation.BILINEAR);
      return scope.keep(
          labels(cam, present, boxes, thresholds(), both -> par.refine(images, both)));
    }
  }

  /// The labels without refinement, with the thresholds of the configuration.
  public Tensor unrefined(Tensor cam, PresentClasses present, List<ImageBox> boxes) {
    return unrefined(cam, present, boxes, thresholds());
  }

  private Thresholds thresholds() {
    return new Thresholds(config.highThreshold(), config.lowThreshold(), config.parDownscale());
  }

  /// How CAMs become labels.
  ///
  /// @param high background score of the labels that say where a class is
  /// @param low background score of the labels that say where background is
  /// @param downscale factor by which the maps are downscaled
  public record Thresholds(double high, double low, int downscale) {}

  /// The labels without refinement.
  ///
  /// @param cam maps of the present classes [B, P, H, W] in 0…1
  /// @param present the classes of each image
  /// @param boxes one per image, in pixels; outside, labels are 255
  /// @return int64 [B, H, W]: 0 background, 1…K, 255 ignored
  public static Tensor unrefined(
      Tensor cam, PresentClasses present, List<ImageBox> boxes, Thresholds thresholds) {
    try (var _ = GradMode.noGrad();
        var scope = TensorScope.open()) {
      return scope.keep(labels(cam, present, boxes, thresholds, both -> both));
    }
  }

  /// @param refiner of both probabilities [B, 2(P+1), h, w]
  private static Tensor labels(
      Tensor cam,
      PresentClasses present,
      List<ImageBox> boxes,
      Thresholds thresholds,
      UnaryOperator<Tensor> refiner) {
    long height = cam.size(2);
    long width = cam.size(3);
    var cams =
        cam.interpolate(
            height / thresholds.downscale,
            width / thresholds.downscale,
            Interpolation.BILINEAR); // [B, P, h, w]
    var both =
        Tensor.cat(
            List.of(
                probabilities(cams, thresholds.high, present),
                probabilities(cams, thresholds.low, present)),
            1);
    var refined =
        refiner.apply(both).interpolate(height, width, Interpolation.BILINEAR); // [B, 2(P+1), H, W]
    long classes = present.count() + 1;
    var high = present.classIds(refined.slice(1, 0, classes).argmax(1));
    var low = present.classIds(refined.slice(1, classes, 2 * classes).argmax(1));
    var inside = ImageBox.mask(boxes, height, width, cam.device());
    return high.maskedFill(high.eq(0), CamLabels.IGNORE)
        .maskedFill(high.add(low).eq(0), 0)
        .maskedFill(inside.eq(0), CamLabels.IGNORE);
  }

  /// Softmax over background and present classes, [B, P + 1, h, w]; padding gets exactly 0.
  private static Tensor probabilities(Tensor cams, double background, PresentClasses present) {
    var size = cams.shape();
    var constant =
        Tensor.full(
            background, DType.FLOAT32, cams.device(), size.size(0), 1, size.size(2), size.size(3));
    return Tensor.cat(
            List.of(constant, cams.maskedFill(present.isPadding(cams.device()), PADDING)), 1)
        .softmax(1);
  }
}
