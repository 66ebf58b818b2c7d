package toco.model;

import java.util.List;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;

/// Position embeddings of another grid than the stored one.
public final class PositionEmbedding {
  private PositionEmbedding() {}

  /// Resizes the patches' rows bicubically (corners not aligned); the rows of class and
  /// distillation token stay.
  ///
  /// @param embedding [1, prefixTokens + g·g, D], a square grid
  /// @param prefixTokens rows in front of the patches' rows
  /// @return [1, prefixTokens + gridH·gridW, D], without gradient
  public static Tensor resize(Tensor embedding, int prefixTokens, long gridH, long gridW) {
    try (var _ = GradMode.noGrad()) {
      long tokens = embedding.size(1) - prefixTokens;
      long width = embedding.size(2);
      long side = Math.round(Math.sqrt((double) tokens));
      if (gridH == side && gridW == side) {
        return embedding.detach();
      }
      var grid =
          embedding
              .slice(1, prefixTokens, Long.MAX_VALUE)
              .reshape(1, side, side, width)
              .permute(0, 3, 1, 2); // [1, D, g, g]
      var resized =
          grid.interpolate(gridH, gridW, Interpolation.BICUBIC)
              .flatten(2)
              .transpose(1, 2); // [1, N, D]
      return Tensor.cat(List.of(embedding.slice(1, 0, prefixTokens), resized), 1);
    }
  }
}
