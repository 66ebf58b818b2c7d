package toco.model;

import java.util.List;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;

/// Absolute position embeddings for image sizes other than the stored one.
public final class PositionEmbedding {
  private PositionEmbedding() {}

  /// Resamples the patches' embeddings to another grid: bicubic, corners not aligned, without
  /// antialiasing. The embeddings of class and distillation token are unchanged.
  ///
  /// @param embedding [1, prefixTokens + g·g, D], a square grid
  /// @param prefixTokens number of embeddings before those of the patches
  /// @return [1, prefixTokens + gridH·gridW, D], without gradient
  public static Tensor resampleAbsPosEmbed(
      Tensor embedding, int prefixTokens, long gridH, long gridW) {
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
      var resampled =
          grid.interpolate(gridH, gridW, Interpolation.BICUBIC)
              .flatten(2)
              .transpose(1, 2); // [1, N, D]
      return Tensor.cat(List.of(embedding.slice(1, 0, prefixTokens), resampled), 1);
    }
  }
}
