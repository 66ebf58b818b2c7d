package toco.recipe.cosa;

import java.util.ArrayList;
import toco.config.PixelStatistics;
import toco.torch.DType;
import toco.torch.Tensor;

/// The 8-bit image that the published evaluation gives to its CRF: levels are normalised in double
/// precision, kept as floats, turned back in single precision and truncated. Of ImageNet's 3 · 256
/// levels, 20 become 1 lower.
final class PublishedLevels {
  private static final int LEVELS = 256;

  private PublishedLevels() {}

  /// @param image uint8 [H, W, 3]
  /// @return the same shape, on the image's device
  static Tensor of(Tensor image, PixelStatistics statistics) {
    var channels = new ArrayList<Tensor>();
    for (int c = 0; c < 3; c++) {
      var table =
          Tensor.of(table(255 * statistics.mean().get(c), 255 * statistics.std().get(c)), LEVELS)
              .to(DType.UINT8)
              .to(image.device(), true);
      var levels = image.select(2, c).to(DType.INT64).flatten(0);
      channels.add(table.indexSelect(0, levels));
    }
    return Tensor.stack(channels, 1).reshape(image.shape().sizes());
  }

  private static long[] table(double mean, double std) {
    var table = new long[LEVELS];
    for (int v = 0; v < LEVELS; v++) {
      float normalised = (float) ((v - mean) / std);
      table[v] = (long) (normalised * (float) std + (float) mean);
    }
    return table;
  }
}
