package toco.refine;

import java.util.Arrays;
import toco.torch.DType;
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
  private static final long PIXELS_AT_ONCE = 1 << 18; // of several images: 0.5 GB

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

  /// The variant for other devices. An image takes about 1.8 kB per pixel.
  Tensor byOperators(Tensor images, Tensor masks) {
    ImageBatch.requireFit(images, "masks", masks);
    try (var _ = GradMode.noGrad()) {
      return TensorScope.scoped(() -> {
        var neighbourhood =
            Neighbourhood.of(
                dilations, (int) images.size(2), (int) images.size(3), images.device());
        return ImageBatch.inGroups(
            images, masks, PIXELS_AT_ONCE, (image, mask) -> refine(image, mask, neighbourhood));
      });
    }
  }

  private Tensor refine(Tensor images, Tensor masks, Neighbourhood neighbourhood) {
    long count = images.size(0);
    long pixels = images.size(2) * images.size(3);
    var firstRows =
        Tensor.arange(0, (int) count, DType.INT64, images.device())
            .mul((int) pixels)
            .reshape(-1, 1, 1); // of each image in a table of all pixels
    var indices = neighbourhood.indices().unsqueeze(0).add(firstRows).flatten(0, 1); // [B · N, n]
    var affinity =
        TensorScope.scoped(() -> affinity(images, indices, neighbourhood.positionWeights()));
    var blend = WeightedRows.ofEqualLists(indices, affinity);
    var rows = masks.flatten(2).transpose(1, 2).flatten(0, 1).contiguous(); // [B · N, C]
    for (int i = 0; i < iterations; i++) {
      var before = rows;
      rows = blend.sum(before);
      before.close();
    }
    return rows.reshape(count, pixels, masks.size(1))
        .transpose(1, 2)
        .reshape(masks.shape().sizes());
  }

  /// Softmax over the neighbours of the mean over the colours of −(|x_n − x| / (std + 1e-8) /
  /// 0.3)², plus the weights by position. The std is over the neighbours.
  ///
  /// @param indices int64 [B · N, n]
  /// @return [B · N, n]
  private static Tensor affinity(Tensor images, Tensor indices, Tensor positionWeights) {
    int colours = (int) images.size(1);
    var sum = TensorScope.scoped(() -> distance(images.select(1, 0), indices));
    for (int c = 1; c < colours; c++) {
      var colour = images.select(1, c);
      var _ = sum.add_(TensorScope.scoped(() -> distance(colour, indices)), 1);
    }
    return sum.mul(-1.0 / colours).softmax(1).add(positionWeights);
  }

  /// The squared distance of one colour channel to each neighbour.
  ///
  /// @param colour [B, H, W]
  /// @return [B · N, n]
  private static Tensor distance(Tensor colour, Tensor indices) {
    var own = colour.reshape(-1, 1); // [B · N, 1]
    var near = own.flatten(0).indexSelect(0, indices.flatten(0)).reshape(indices.shape().sizes());
    var scale = near.std(new long[] {1}, true, true).add(STD_FLOOR).mul(COLOUR_SCALE);
    return near.sub(own).div(scale).square();
  }
}
