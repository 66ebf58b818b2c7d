package toco.cam;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.model.Encoder.Tokens;
import toco.model.Toco;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Class activation maps summed over image scales, each with its mirror image (METHOD, training
/// step 1). No gradient, no decoder.
///
/// A training step encodes the image at scale 1 anyway. It makes the other passes first, while no
/// activations are kept for a backward pass, and [#finish]es with the tokens of its own pass.
public final class MultiScaleCam {
  private static final double NORMALIZE_EPS = 1e-5;

  /// On the CPU more at once is no faster, and the C library hands out larger pieces of memory as
  /// fresh pages each time, which costs a tenth of the pass.
  private static final long CPU_TOKENS_A_PASS = 2000;

  private final Toco model;
  private final Tensor images;
  private final @Nullable PresentClasses present;
  private @Nullable Cams sums; // at full size
  private @Nullable Cams mirrored; // maps of the mirrored images at scale 1, of the patch grid

  private MultiScaleCam(Toco model, Tensor images, @Nullable PresentClasses present) {
    this.model = model;
    this.images = images;
    this.present = present;
  }

  /// Normalised maps of the image's size.
  ///
  /// @param cam [B, K, H, W], each map in 0..1
  /// @param auxCam [B, K, H, W], the same from the auxiliary tokens
  public record Cams(Tensor cam, Tensor auxCam) {}

  /// Maps of every class.
  ///
  /// @param images [B, 3, H, W] normalised
  public static Cams compute(Toco model, Tensor images, List<Double> scales) {
    var passes = new MultiScaleCam(model, images, null);
    try (var _ = GradMode.noGrad()) {
      for (double scale : scales) {
        passes.addPair(scale);
      }
      return passes.normalized();
    }
  }

  /// The same.
  ///
  /// @param known tokens of these very images at scale 1, whose pass is then spared
  public static Cams compute(Toco model, Tensor images, List<Double> scales, Tokens known) {
    return start(model, images, scales, null).finish(known);
  }

  /// Makes all passes but that of the images as they are.
  ///
  /// @param images [B, 3, H, W] normalised
  /// @param present maps are made of these classes alone, [B, P, H, W]; null: of all
  public static MultiScaleCam start(
      Toco model, Tensor images, List<Double> scales, @Nullable PresentClasses present) {
    var passes = new MultiScaleCam(model, images, present);
    try (var _ = GradMode.noGrad()) {
      for (double scale : scales) {
        if (scale != 1) {
          passes.addPair(scale);
        }
      }
      if (scales.contains(1.0)) {
        passes.mirrored = passes.maps(images.flip(3));
      }
      return passes;
    }
  }

  /// Adds the pass of the images as they are.
  ///
  /// @param tokens of these very images at scale 1
  public Cams finish(Tokens tokens) {
    try (var _ = GradMode.noGrad()) {
      if (mirrored != null) {
        add(chosen(mapsOf(tokens.detach())), mirrored);
      }
      return normalized();
    }
  }

  private void addPair(double scale) {
    try (var scope = TensorScope.open()) {
      long height = (long) (scale * images.size(2));
      long width = (long) (scale * images.size(3));
      long batch = images.size(0);
      var pair = resize(Tensor.cat(List.of(images, images.flip(3)), 0), height, width);
      var before = sums;
      add(maps(pair.slice(0, 0, batch)), maps(pair.slice(0, batch, 2 * batch)));
      if (before == null && sums != null) {
        scope.keep(sums.cam());
        scope.keep(sums.auxCam());
      }
    }
  }

  private static Tensor resize(Tensor images, long height, long width) {
    return images.size(2) == height && images.size(3) == width
        ? images
        : images.interpolate(height, width, Interpolation.BILINEAR);
  }

  /// The maps of the patch grid of resized images, of all classes or those present.
  private Cams maps(Tensor resized) {
    int patch = model.config().encoderShape().patchSizePx();
    long tokens = (resized.size(2) / patch) * (resized.size(3) / patch);
    long count = resized.size(0);
    long atOnce =
        resized.device().isCpu() ? Math.clamp(CPU_TOKENS_A_PASS / tokens, 1, count) : count;
    var cams = new ArrayList<Tensor>();
    var auxCams = new ArrayList<Tensor>();
    for (long start = 0; start < count; start += atOnce) {
      try (var scope = TensorScope.open()) {
        var part = resized.slice(0, start, Math.min(start + atOnce, count));
        var maps = mapsOf(model.encode(part));
        cams.add(scope.keep(maps.cam()));
        auxCams.add(scope.keep(maps.auxCam()));
      }
    }
    return chosen(new Cams(Tensor.cat(cams, 0), Tensor.cat(auxCams, 0)));
  }

  private Cams mapsOf(Tokens tokens) {
    return new Cams(model.cam(tokens.patchMap()), model.auxCam(tokens.auxMap()));
  }

  private Cams chosen(Cams all) {
    return present == null
        ? all
        : new Cams(present.gather(all.cam()), present.gather(all.auxCam()));
  }

  private void add(Cams straight, Cams flipped) {
    var cam = overFlips(straight.cam(), flipped.cam());
    var auxCam = overFlips(straight.auxCam(), flipped.auxCam());
    if (sums == null) {
      sums = new Cams(cam, auxCam);
    } else {
      sums.cam().add_(cam, 1);
      sums.auxCam().add_(auxCam, 1);
    }
  }

  /// The larger of an image's map and its mirror image's, mirrored back; at full size, negatives
  /// cut off.
  private Tensor overFlips(Tensor straight, Tensor flipped) {
    return full(straight).maximum(full(flipped).flip(3)).relu();
  }

  private Tensor full(Tensor map) {
    return map.interpolate(images.size(2), images.size(3), Interpolation.BILINEAR);
  }

  private Cams normalized() {
    if (sums == null) {
      throw new IllegalStateException("no scale was given");
    }
    return new Cams(normalize(sums.cam()), normalize(sums.auxCam()));
  }

  private static Tensor normalize(Tensor cam) {
    var dims = new long[] {2, 3};
    var shifted = cam.sub(cam.amin(dims, true));
    return shifted.div(shifted.amax(dims, true).add(NORMALIZE_EPS));
  }
}
