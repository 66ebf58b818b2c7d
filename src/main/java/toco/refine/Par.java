package toco.refine;

import java.util.ArrayList;
import java.util.Arrays;
import toco.torch.GradMode;
import toco.torch.Kernels;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Pixel-adaptive refinement, PAR (METHOD, training step 7).
///
/// On the CPU it runs as a native kernel, on other devices by LibTorch's operators without waiting
/// for the device. Not differentiable: the result requires no gradient.
///
/// @param dilations distances of the eight neighbours, in pixels
/// @param iterations number of iterations
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Par(long[] dilations, int iterations) {
  private static final double COLOUR_SCALE = 0.3; // w1 of the paper
  private static final double STD_FLOOR = 1e-8;

  public Par {
    if (dilations.length == 0 || Arrays.stream(dilations).anyMatch(d -> d < 1)) {
      throw new IllegalArgumentException(
          "dilations must be one or more integers >= 1, got " + Arrays.toString(dilations));
    }
    if (iterations < 0) {
      throw new IllegalArgumentException("iterations must be >= 0, got " + iterations);
    }
  }

  /// @param images float32 [B, 3, H, W], any scale
  /// @param masks float32 [B, C, H, W] on the images' device; stack masks that share an image as
  ///   channels
  /// @return [B, C, H, W] on the same device
  public Tensor refine(Tensor images, Tensor masks) {
    return images.device().isCpu() && masks.device().isCpu()
        ? Kernels.par(images, masks, dilations, iterations)
        : byOperators(images, masks);
  }

  /// The variant for other devices. Images are refined one by one: each takes about 1.6 kB per
  /// pixel.
  Tensor byOperators(Tensor images, Tensor masks) {
    ImageBatch.requireFit(images, "masks", masks);
    try (var _ = GradMode.noGrad()) {
      return TensorScope.scoped(() -> {
        var neighbourhood =
            Neighbourhood.of(
                dilations, (int) images.size(2), (int) images.size(3), images.device());
        var refined = new ArrayList<Tensor>();
        for (long b = 0; b < images.size(0); b++) {
          var image = images.select(0, b);
          var mask = masks.select(0, b);
          refined.add(TensorScope.scoped(() -> refineImage(image, mask, neighbourhood)));
        }
        return Tensor.stack(refined, 0);
      });
    }
  }

  private Tensor refineImage(Tensor image, Tensor mask, Neighbourhood neighbourhood) {
    var affinity = TensorScope.scoped(() -> affinity(image, neighbourhood)); // [N, n]
    var blend = WeightedRows.ofEqualLists(neighbourhood.indices(), affinity);
    var rows = mask.flatten(1).transpose(0, 1).contiguous(); // [N, C]
    for (int i = 0; i < iterations; i++) {
      var before = rows;
      rows = blend.sum(before);
      before.close();
    }
    return rows.transpose(0, 1).reshape(mask.shape().sizes());
  }

  /// Softmax over the neighbours of the mean over the colours of −(|x_n − x| / (std + 1e-8) /
  /// 0.3)², plus the weights by position. The std is over the neighbours.
  private static Tensor affinity(Tensor image, Neighbourhood neighbourhood) {
    int colours = (int) image.size(0);
    var indices = neighbourhood.indices();
    var sum = TensorScope.scoped(() -> distance(image.select(0, 0), indices));
    for (int c = 1; c < colours; c++) {
      var colour = image.select(0, c);
      var _ = sum.add_(TensorScope.scoped(() -> distance(colour, indices)), 1);
    }
    return sum.mul(-1.0 / colours).softmax(1).add(neighbourhood.positionWeights());
  }

  /// The squared distance of one colour channel to each neighbour.
  ///
  /// @param colour [H, W]
  /// @return [N, n]
  private static Tensor distance(Tensor colour, Tensor indices) {
    var own = colour.reshape(-1, 1); // [N, 1]
    var near = own.flatten(0).indexSelect(0, indices.flatten(0)).reshape(indices.shape().sizes());
    var scale = near.std(new long[] {1}, true, true).add(STD_FLOOR).mul(COLOUR_SCALE);
    return near.sub(own).div(scale).square();
  }
}
