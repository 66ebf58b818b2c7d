package toco.cam;

import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.model.Toco;
import toco.model.VisionTransformer.Tokens;
import toco.torch.DType;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Class activation maps summed over image scales, each with its mirror image (METHOD, training
/// step 1). No gradient, no decoder.
public final class MultiScaleCam {
  private static final double NORMALIZE_EPS = 1e-5;

  private MultiScaleCam() {}

  /// Normalised maps of the image's size.
  ///
  /// @param cam [B, K, H, W], each map in 0..1
  /// @param auxCam [B, K, H, W], the same from the auxiliary tokens
  public record Cams(Tensor cam, Tensor auxCam) {}

  public static Cams compute(Toco model, Tensor images, List<Double> scales) {
    return compute(model, images, scales, null);
  }

  /// @param images [B, 3, H, W] normalised
  /// @param known tokens of these very images at scale 1, if a forward has them already; their pass
  ///   is then spared
  public static Cams compute(
      Toco model, Tensor images, List<Double> scales, @Nullable Tokens known) {
    try (var _ = GradMode.noGrad()) {
      long height = images.size(2);
      long width = images.size(3);
      int classes = model.config().foregroundClasses();
      var sums =
          Tensor.full(
              0,
              DType.FLOAT32,
              images.device(),
              2,
              images.size(0),
              classes,
              height,
              width); // CAM, aux CAM
      for (double scale : scales) {
        try (var _ = TensorScope.open()) {
          var pair =
              scale == 1 && known != null
                  ? join(known.detach(), model.encode(images.flip(3)))
                  : model.encode(
                      resize(withMirror(images), (long) (scale * height), (long) (scale * width)));
          var _ = sums.select(0, 0).add_(overFlips(model.cam(pair.patchMap()), height, width), 1);
          var _ = sums.select(0, 1).add_(overFlips(model.auxCam(pair.auxMap()), height, width), 1);
        }
      }
      return new Cams(normalize(sums.select(0, 0)), normalize(sums.select(0, 1)));
    }
  }

  private static Tensor withMirror(Tensor images) {
    return Tensor.cat(List.of(images, images.flip(3)), 0);
  }

  private static Tensor resize(Tensor images, long height, long width) {
    return images.size(2) == height && images.size(3) == width
        ? images
        : images.interpolate(height, width, Interpolation.BILINEAR);
  }

  private static Tokens join(Tokens a, Tokens b) {
    return new Tokens(
        Tensor.cat(List.of(a.clsToken(), b.clsToken()), 0),
        Tensor.cat(List.of(a.patchTokens(), b.patchTokens()), 0),
        Tensor.cat(List.of(a.auxTokens(), b.auxTokens()), 0),
        a.gridH(),
        a.gridW());
  }

  /// The larger of an image's map and its mirror image's, mirrored back; at full size, negatives
  /// cut off.
  private static Tensor overFlips(Tensor cams, long height, long width) {
    var full = cams.interpolate(height, width, Interpolation.BILINEAR); // [2B, K, H, W]
    long batch = full.size(0) / 2;
    return full.slice(0, 0, batch).maximum(full.slice(0, batch, 2 * batch).flip(3)).relu();
  }

  private static Tensor normalize(Tensor cam) {
    var dims = new long[] {2, 3};
    var shifted = cam.sub(cam.amin(dims, true));
    return shifted.div(shifted.amax(dims, true).add(NORMALIZE_EPS));
  }
}
