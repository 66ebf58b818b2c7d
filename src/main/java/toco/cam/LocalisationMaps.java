package toco.cam;

import java.util.List;
import toco.model.Network;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// MoRe's localisation maps (LAM): the product of every patch token with the class tokens, of all
/// classes. Neither is normalised, and negative values stay; each map is brought to 0…1 by its own
/// minimum and maximum. No gradient.
public final class LocalisationMaps {
  private LocalisationMaps() {}

  /// Over image scales, each with the mirror image: at each pixel the larger of the two, summed
  /// over the scales.
  ///
  /// @param images [B, 3, H, W] normalised
  /// @param scales of the images, one or more
  /// @return [B, K, H, W], each map in 0…1
  public static Tensor multiScale(Network model, Tensor images, List<Double> scales) {
    if (scales.isEmpty()) {
      throw new IllegalArgumentException("no scale was given; name at least one");
    }
    try (var _ = GradMode.noGrad()) {
      return TensorScope.scoped(() -> {
        var sum = TensorScope.scoped(() -> atScale(model, images, scales.getFirst()));
        for (double scale : scales.subList(1, scales.size())) {
          var maps = TensorScope.scoped(() -> atScale(model, images, scale));
          sum.add_(maps, 1);
        }
        return MultiScaleCam.normalize(sum);
      });
    }
  }

  /// Of one pass without the mirror image, as evaluation during training has them.
  ///
  /// @param grid [B, K, h, w], as [Network#localisation] gives it
  /// @return [B, K, heightPx, widthPx], each map in 0…1
  public static Tensor single(Tensor grid, long heightPx, long widthPx) {
    try (var _ = GradMode.noGrad()) {
      return TensorScope.scoped(() ->
          MultiScaleCam.normalize(grid.interpolate(heightPx, widthPx, Interpolation.BILINEAR)));
    }
  }

  /// Localisation maps and CAMs in one: their product, each map in 0…1 again.
  ///
  /// @param maps [B, K, H, W] in 0…1
  /// @param cams [B, K, H, W] in 0…1, of the same classes
  public static Tensor fused(Tensor maps, Tensor cams) {
    return TensorScope.scoped(() -> MultiScaleCam.normalize(maps.mul(cams)));
  }

  private static Tensor atScale(Network model, Tensor images, double scale) {
    long batch = images.size(0);
    var both = Tensor.cat(List.of(images, images.flip(3)), 0);
    var scaled = NetworkInput.atScale(model, both, scale);
    var grid =
        EncoderPasses.run(model, scaled, tokens -> List.of(model.localisation(tokens))).getFirst();
    var maps = grid.interpolate(images.size(2), images.size(3), Interpolation.BILINEAR);
    return maps.slice(0, 0, batch).maximum(maps.slice(0, batch, 2 * batch).flip(3));
  }
}
