package toco.recipe.cosa;

import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.cam.EncoderPasses;
import toco.cam.MultiScaleCam;
import toco.cam.NetworkInput;
import toco.cam.PresentClasses;
import toco.model.Network;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// What a network shows of images over several scales, each with its mirror image (docs/COSA.md "A
/// step"). No gradient.
///
/// For each scale: resize the images, run the network on them and on their mirror images, and
/// upsample all maps to the images' size. CAMs: the larger of the two, negatives clamped, summed
/// over the scales, each map normalised to 0…1. Auxiliary CAMs: the same of the last scale alone, a
/// quirk of the published code. Logits: the sum of all passes.
///
/// @param cam [B, K or P, H, W] in 0…1; zeros if the network has none
/// @param auxCam [B, K or P, H, W] in 0…1
/// @param segLogits [B, 1 + (K or P), H, W], background first
/// @param classLogits [B, K], from the patch tokens
/// @param auxClassLogits [B, K], from those of the auxiliary layer
public record MultiScaleMaps(
    Tensor cam, Tensor auxCam, Tensor segLogits, Tensor classLogits, Tensor auxClassLogits) {

  /// @param images [B, 3, H, W] normalised
  /// @param scales of the images, one or more, in the order in which they run
  /// @param present the classes that get a map, as the batch's P; null: all K. The padding of an
  ///   image with fewer classes has the maps of class 1
  /// @return maps of the images' size, in the innermost scope
  public static MultiScaleMaps of(
      Network model, Tensor images, List<Double> scales, @Nullable PresentClasses present) {
    if (scales.isEmpty()) {
      throw new IllegalArgumentException("no scale was given; name at least one");
    }
    try (var _ = GradMode.noGrad();
        var scope = TensorScope.open()) {
      var sums = ofScale(model, images, scales.getFirst(), present);
      for (double scale : scales.subList(1, scales.size())) {
        sums = sums.plus(ofScale(model, images, scale, present));
      }
      return sums.normalized().keptIn(scope);
    }
  }

  private static MultiScaleMaps ofScale(
      Network model, Tensor images, double scale, @Nullable PresentClasses present) {
    try (var scope = TensorScope.open()) {
      long batch = images.size(0);
      var both = Tensor.cat(List.of(images, images.flip(3)), 0);
      var heads =
          EncoderPasses.run(
              model,
              NetworkInput.atScale(model, both, scale),
              tokens -> {
                var seg = model.segment(tokens.patchMap());
                boolean hasMaps = model.hasMaps();
                return List.of(
                    hasMaps ? model.cam(tokens.patchMap()) : noMaps(seg),
                    hasMaps ? model.auxCam(tokens.auxMap()) : noMaps(seg),
                    seg,
                    model.classLogits(tokens.patchMap()),
                    model.auxClassLogits(tokens.auxMap()));
              });
      var cam = new Pair(heads.get(0), batch).ofPresent(present).upsampled(images);
      var auxCam = new Pair(heads.get(1), batch).ofPresent(present).upsampled(images);
      var logits = heads.get(2);
      var background = new Pair(logits.slice(1, 0, 1), batch);
      var foreground = new Pair(logits.slice(1, 1, logits.size(1)), batch).ofPresent(present);
      var seg = background.joined(foreground).upsampled(images);
      return new MultiScaleMaps(
              cam.plain.maximum(cam.mirrored).relu(),
              auxCam.plain.maximum(auxCam.mirrored).relu(),
              seg.plain.add(seg.mirrored),
              new Pair(heads.get(3), batch).sum(),
              new Pair(heads.get(4), batch).sum())
          .keptIn(scope);
    }
  }

  private static Tensor noMaps(Tensor seg) {
    return seg.slice(1, 1, seg.size(1)).zerosLike();
  }

  /// What the network gives for images and for their mirror images.
  private record Pair(Tensor plain, Tensor mirrored) {
    /// @param both of all images, then of all mirror images
    Pair(Tensor both, long batch) {
      this(both.slice(0, 0, batch), both.slice(0, batch, 2 * batch));
    }

    Pair ofPresent(@Nullable PresentClasses present) {
      return present == null ? this : new Pair(present.gather(plain), present.gather(mirrored));
    }

    Pair joined(Pair after) {
      return new Pair(
          Tensor.cat(List.of(plain, after.plain), 1),
          Tensor.cat(List.of(mirrored, after.mirrored), 1));
    }

    /// At the images' size, the mirror images' mirrored back.
    Pair upsampled(Tensor images) {
      long height = images.size(2);
      long width = images.size(3);
      return new Pair(
          plain.interpolate(height, width, Interpolation.BILINEAR),
          mirrored.interpolate(height, width, Interpolation.BILINEAR).flip(3));
    }

    Tensor sum() {
      return plain.add(mirrored);
    }
  }

  /// The auxiliary CAM is that of `next`.
  private MultiScaleMaps plus(MultiScaleMaps next) {
    return new MultiScaleMaps(
        cam.add_(next.cam, 1),
        next.auxCam,
        segLogits.add_(next.segLogits, 1),
        classLogits.add_(next.classLogits, 1),
        auxClassLogits.add_(next.auxClassLogits, 1));
  }

  private MultiScaleMaps normalized() {
    return new MultiScaleMaps(
        MultiScaleCam.normalize(cam),
        MultiScaleCam.normalize(auxCam),
        segLogits,
        classLogits,
        auxClassLogits);
  }

  private MultiScaleMaps keptIn(TensorScope scope) {
    return new MultiScaleMaps(
        scope.keep(cam),
        scope.keep(auxCam),
        scope.keep(segLogits),
        scope.keep(classLogits),
        scope.keep(auxClassLogits));
  }
}
