package toco.cam;

import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.model.Encoder.Tokens;
import toco.model.Network;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Class activation maps (CAMs) summed over image scales, each with its mirror image (METHOD,
/// training step 1). No gradient; the decoder does not run.
///
/// For each scale: resize the image, compute the CAM of it and of its mirror image, upsample both
/// to the image's size, take the larger of the two at each pixel, and clamp negatives to 0. The sum
/// over the scales is then normalised to 0…1 for each map.
///
/// A training step needs the tokens at scale 1 anyway, with gradient. It calls [#start] for all
/// other passes while no activations are kept for the backward pass, and then [#finish] with the
/// tokens of its own pass.
public final class MultiScaleCam {
  private static final double NORMALIZE_EPS = 1e-5;

  private final Network model;
  private final Tensor images;
  private final @Nullable PresentClasses present;
  private @Nullable Cams sums; // [B, K or P, H, W]
  private @Nullable Cams mirroredAtScale1; // [B, K or P, h, w], of the patch grid

  private MultiScaleCam(Network model, Tensor images, @Nullable PresentClasses present) {
    this.model = model;
    this.images = images;
    this.present = present;
  }

  /// CAMs from the last layer's patch tokens and from those of the auxiliary layer.
  ///
  /// @param cam [B, K, H, W], each map in 0…1
  /// @param auxCam [B, K, H, W], each map in 0…1
  public record Cams(Tensor cam, Tensor auxCam) {}

  /// CAMs of every class.
  ///
  /// @param images [B, 3, H, W] normalised
  /// @param scales of the images, one or more
  /// @return maps of the images' size
  public static Cams compute(Network model, Tensor images, List<Double> scales) {
    var cams = new MultiScaleCam(model, images, null);
    try (var _ = GradMode.noGrad()) {
      for (double scale : scales) {
        cams.addScale(scale);
      }
      return cams.normalized();
    }
  }

  /// Makes all passes except that of the images themselves at scale 1.
  ///
  /// @param images [B, 3, H, W] normalised
  /// @param scales of the images, one or more
  /// @param present the classes that get a map, [B, P, H, W]; null: all, [B, K, H, W]
  public static MultiScaleCam start(
      Network model, Tensor images, List<Double> scales, @Nullable PresentClasses present) {
    var cams = new MultiScaleCam(model, images, present);
    try (var _ = GradMode.noGrad()) {
      for (double scale : scales) {
        if (scale != 1) {
          cams.addScale(scale);
        }
      }
      if (scales.contains(1.0)) {
        var mirrored = NetworkInput.fitted(model, images).flip(3);
        cams.mirroredAtScale1 = cams.gridCams(EncoderPasses.run(model, mirrored, cams::headsOf));
      }
      return cams;
    }
  }

  /// Adds the pass of the images at scale 1, if that is one of the scales.
  ///
  /// @param tokens of the same images at scale 1, [NetworkInput#fitted]
  /// @return maps of the images' size
  public Cams finish(Tokens tokens) {
    try (var _ = GradMode.noGrad()) {
      if (mirroredAtScale1 != null) {
        add(ofPresent(heads(tokens.detach())), mirroredAtScale1);
      }
      return normalized();
    }
  }

  private void addScale(double scale) {
    try (var scope = TensorScope.open()) {
      long batch = images.size(0);
      var both = Tensor.cat(List.of(images, images.flip(3)), 0);
      var resized = NetworkInput.atScale(model, both, scale); // [2·B, 3, height, width]
      var previous = sums;
      var passes =
          EncoderPasses.runBoth(
              model, resized.slice(0, 0, batch), resized.slice(0, batch, 2 * batch), this::headsOf);
      add(gridCams(passes.get(0)), gridCams(passes.get(1)));
      if (previous == null && sums != null) {
        scope.keep(sums.cam());
        scope.keep(sums.auxCam());
      }
    }
  }

  /// CAMs of the patch grid, [B, K or P, h, w].
  private Cams gridCams(List<Tensor> cams) {
    return ofPresent(new Cams(cams.get(0), cams.get(1)));
  }

  private List<Tensor> headsOf(Tokens tokens) {
    var heads = heads(tokens);
    return List.of(heads.cam(), heads.auxCam());
  }

  private Cams heads(Tokens tokens) {
    return new Cams(model.cam(tokens.patchMap()), model.auxCam(tokens.auxMap()));
  }

  private Cams ofPresent(Cams all) {
    return present == null
        ? all
        : new Cams(present.gather(all.cam()), present.gather(all.auxCam()));
  }

  /// Adds one scale's CAMs to the sums.
  private void add(Cams grid, Cams mirroredGrid) {
    var cam = overFlips(grid.cam(), mirroredGrid.cam());
    var auxCam = overFlips(grid.auxCam(), mirroredGrid.auxCam());
    if (sums == null) {
      sums = new Cams(cam, auxCam);
    } else {
      sums.cam().add_(cam, 1);
      sums.auxCam().add_(auxCam, 1);
    }
  }

  /// The maximum of a map and its mirror image's, mirrored back; at full size, negatives clamped.
  private Tensor overFlips(Tensor grid, Tensor mirroredGrid) {
    return upsample(grid).maximum(upsample(mirroredGrid).flip(3)).relu();
  }

  private Tensor upsample(Tensor grid) {
    return grid.interpolate(images.size(2), images.size(3), Interpolation.BILINEAR);
  }

  private Cams normalized() {
    if (sums == null) {
      throw new IllegalStateException("no scale was given; name at least one");
    }
    return new Cams(normalize(sums.cam()), normalize(sums.auxCam()));
  }

  /// Each map to 0…1: minus its minimum, over its maximum.
  ///
  /// @param cam [B, K, H, W]
  public static Tensor normalize(Tensor cam) {
    var dims = new long[] {2, 3};
    var shifted = cam.sub(cam.amin(dims, true));
    return shifted.div(shifted.amax(dims, true).add(NORMALIZE_EPS));
  }
}
