package toco.model;

import java.util.List;
import toco.config.VitVariant.Resampling;
import toco.torch.Interpolation;
import toco.torch.Ops;
import toco.torch.Tensor;

/// Absolute position embeddings for image sizes other than the stored one.
public final class PositionEmbedding {
  /// DINO and DINOv2 add this to the grid's sides before they divide by the stored side.
  public static final double ORIGINAL_OFFSET = 0.1;

  private PositionEmbedding() {}

  /// Resamples the patches' embeddings to another grid by the rule [Resampling#HF].
  ///
  /// @param embedding [1, prefixRows + g·g, D], a square grid
  /// @param prefixRows number of embeddings before those of the patches
  /// @return [1, prefixRows + gridH·gridW, D]
  public static Tensor resampleAbsPosEmbed(
      Tensor embedding, int prefixRows, long gridH, long gridW) {
    return resampleAbsPosEmbed(embedding, prefixRows, gridH, gridW, Resampling.HF);
  }

  /// Resamples the patches' embeddings to another grid, bicubically. The embeddings of class,
  /// distillation and register tokens are unchanged, and so is everything if the grid is the stored
  /// one. Gradients reach `embedding` if it is trainable.
  ///
  /// @param embedding [1, prefixRows + g·g, D], a square grid
  /// @param prefixRows number of embeddings before those of the patches; may be 0
  /// @return [1, prefixRows + gridH·gridW, D]
  public static Tensor resampleAbsPosEmbed(
      Tensor embedding, int prefixRows, long gridH, long gridW, Resampling rule) {
    long tokens = embedding.size(1) - prefixRows;
    long side = Math.round(Math.sqrt((double) tokens));
    return gridH == side && gridW == side
        ? embedding
        : resample(embedding, prefixRows, gridH, gridW, rule);
  }

  /// MoRe's rule for its trained embedding: that of [Resampling#ORIGINAL], but an embedding is
  /// unchanged if it has as many rows as the image has patches and the image is square in pixels.
  /// So it is resampled even to its own grid if, of pixels that make no whole patch, one side has
  /// more.
  ///
  /// @param isSquare whether the image is square in pixels
  /// @return [1, prefixRows + gridH·gridW, D]
  static Tensor resampleTrained(
      Tensor embedding, int prefixRows, long gridH, long gridW, boolean isSquare) {
    return isSquare && gridH * gridW == embedding.size(1) - prefixRows
        ? embedding
        : resample(embedding, prefixRows, gridH, gridW, Resampling.ORIGINAL);
  }

  private static Tensor resample(
      Tensor embedding, int prefixRows, long gridH, long gridW, Resampling rule) {
    long tokens = embedding.size(1) - prefixRows;
    long width = embedding.size(2);
    long side = Math.round(Math.sqrt((double) tokens));
    var grid =
        embedding
            .slice(1, prefixRows, Long.MAX_VALUE)
            .reshape(1, side, side, width)
            .permute(0, 3, 1, 2); // [1, D, g, g]
    var resampled = resample(grid, gridH, gridW, rule).flatten(2).transpose(1, 2); // [1, N, D]
    return prefixRows == 0
        ? resampled
        : Tensor.cat(List.of(embedding.slice(1, 0, prefixRows), resampled), 1);
  }

  /// [1, D, g, g] → [1, D, gridH, gridW], corners not aligned.
  private static Tensor resample(Tensor grid, long gridH, long gridW, Resampling rule) {
    double side = grid.size(2);
    var size = new long[] {gridH, gridW};
    return switch (rule) {
      case HF -> grid.interpolate(gridH, gridW, Interpolation.BICUBIC);
      case TIMM -> Ops.call("aten::_upsample_bicubic2d_aa", grid, size, false);
      case ORIGINAL ->
          Ops.call(
              "aten::upsample_bicubic2d",
              grid,
              size,
              false,
              (gridH + ORIGINAL_OFFSET) / side,
              (gridW + ORIGINAL_OFFSET) / side);
    };
  }
}
