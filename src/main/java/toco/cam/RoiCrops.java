package toco.cam;

import java.util.List;
import toco.torch.DType;
import toco.torch.Ops;
import toco.torch.Tensor;

/// Local crops around background and uncertain regions, each flagged as positive or, with too
/// little foreground, as negative for the class-token contrast (METHOD, training step 3). Computed
/// on the images' device without synchronising with the host.
///
/// @param crops [B, n, 3, size, size]
/// @param flags float32 [B, 2 + n]: 1 positive, 0 negative; the two global views come first
/// @param corners int64 [B, n, 2]: the crops' top left pixels as (row, column)
public record RoiCrops(Tensor crops, Tensor flags, Tensor corners) {
  /// The global views, whose flags come before those of the local crops.
  public static final int GLOBAL_VIEWS = 2;

  private static final int STREAM = -2; // of random numbers

  /// Chooses where crops are cut.
  @FunctionalInterface
  public interface Corners {
    /// @param roiMask int64 [B, H, W]
    /// @return the top left pixels, int64 [B, n, 2], on the mask's device
    Tensor of(Tensor roiMask);
  }

  /// Cuts the crops.
  ///
  /// @param images the local view [B, 3, H, W], normalised
  /// @param roiMask int64 [B, H, W] from [CamLabels#roiMask]
  /// @param negativeRatio a crop is negative if its mask values sum to at most this share of its
  ///   area
  public static RoiCrops cut(
      Tensor images, Tensor roiMask, int sizePx, double negativeRatio, Corners corners) {
    long batch = images.size(0);
    var topLeft = corners.of(roiMask);
    long count = topLeft.size(1);
    var pixels = pixels(topLeft, (int) images.size(3), sizePx); // [B, n·size·size]
    var crops =
        images
            .flatten(2)
            .gather(2, pixels.unsqueeze(1).expand(-1, images.size(1), -1))
            .reshape(batch, images.size(1), count, sizePx, sizePx)
            .transpose(1, 2); // [B, n, 3, size, size]
    var foreground =
        roiMask
            .flatten(1)
            .gather(1, pixels)
            .reshape(batch, count, (long) sizePx * sizePx)
            .sum(new long[] {2}, false); // [B, n]
    var local = foreground.gt(negativeRatio * sizePx * sizePx).to(DType.FLOAT32);
    var global = Tensor.full(1, DType.FLOAT32, images.device(), batch, GLOBAL_VIEWS);
    return new RoiCrops(crops, Tensor.cat(List.of(global, local), 1), topLeft);
  }

  /// Indices of the crops' pixels in a flattened image, int64 [B, n·size·size].
  private static Tensor pixels(Tensor corners, int width, int sizePx) {
    var steps = Tensor.arange(0, sizePx, DType.INT64, corners.device());
    var inCrop = steps.mul(width).unsqueeze(1).add(steps); // [size, size]
    var first = corners.select(2, 0).mul(width).add(corners.select(2, 1)); // [B, n]
    return first.unsqueeze(2).unsqueeze(3).add(inCrop).flatten(1);
  }

  /// Random corners. The crops' centres are n different pixels at least half a crop from the
  /// border, where the mask is background or uncertain; if an image has fewer than n of those,
  /// anywhere at that distance. Each candidate pixel gets a random number, and the n largest are
  /// taken.
  ///
  /// @param iter the training iteration. The draw is a function of seed, iteration and the image's
  ///   position in the batch, and the same on every device
  public static Corners random(int crops, int sizePx, long seed, int iter) {
    return random(crops, sizePx, seed, iter, 0);
  }

  /// The same for a part of a step's batch.
  ///
  /// @param firstPosition the position of the part's first image in the whole batch
  public static Corners random(int crops, int sizePx, long seed, int iter, int firstPosition) {
    return roiMask -> {
      int height = (int) roiMask.size(1);
      int width = (int) roiMask.size(2);
      int half = sizePx / 2;
      int rows = height - 2 * half;
      int columns = width - 2 * half;
      if (rows < 1 || columns < 1 || (long) rows * columns < crops) {
        throw new IllegalArgumentException(
            ("an image of %s×%s px has no room for %s different crops of %s px; lower "
                    + "train.localCropSizePx or raise augment.cropSizePx")
                .formatted(width, height, crops, sizePx));
      }
      var allowed =
          roiMask
              .slice(1, half, half + rows)
              .slice(2, half, half + columns)
              .flatten(1)
              .le(1); // [B, rows·columns]
      var enough = allowed.sum(new long[] {1}, true).ge(crops); // [B, 1]
      var keys =
          PixelKeys.draw(
              seed, iter, STREAM, firstPosition, roiMask.size(0), rows * columns, roiMask.device());
      var candidates = keys.maskedFill(allowed.logicalOr(enough.logicalNot()).logicalNot(), -1);
      var centres = candidates.topk(crops, 1).indices(); // [B, n] in the inner rectangle
      var row = Ops.call("aten::floor_divide.Scalar", centres, columns);
      return Tensor.stack(List.of(row, centres.sub(row.mul(columns))), 2);
    };
  }

  /// Always these corners.
  ///
  /// @param corners int64 [B, n, 2]
  public static Corners fixed(Tensor corners) {
    return _ -> corners;
  }

  /// The crops as one batch, view by view: [n·B, 3, size, size].
  public Tensor viewMajor() {
    var size = crops.shape().sizes();
    return crops.transpose(0, 1).reshape(size[0] * size[1], size[2], size[3], size[4]);
  }
}
