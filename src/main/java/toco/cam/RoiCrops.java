package toco.cam;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import toco.data.CounterRandom;
import toco.torch.Tensor;

/// Local crops around background and uncertain regions, and which of them show too little
/// foreground to be positives (METHOD, training step 3).
///
/// @param crops [B, n, 3, size, size]
/// @param flags float32 [B, 2 + n], on the crops' device: 1 positive, 0 negative; the two global
///   views come first
/// @param corners an entry an image: the crops' top left pixels as (row, column)
public record RoiCrops(Tensor crops, Tensor flags, List<int[][]> corners) {
  private static final int GLOBAL_VIEWS = 2;

  /// Where an image's crops lie.
  @FunctionalInterface
  public interface Corners {
    /// @param roiMask [H, W] of the image, row by row
    /// @param image its place in the batch
    /// @return n pairs (row, column) of the crops' top left pixels
    int[][] of(long[] roiMask, int heightPx, int widthPx, int image);
  }

  /// Cuts the crops.
  ///
  /// @param images the local view [B, 3, H, W], normalised
  /// @param roiMask int64 [B, H, W] from [CamLabels#roiMask]
  /// @param negativeRatio a crop is negative if its mask values sum to at most this share of its
  ///   area
  public static RoiCrops cut(
      Tensor images, Tensor roiMask, int sizePx, double negativeRatio, Corners corners) {
    var size = images.shape();
    int batch = (int) size.size(0);
    int height = (int) size.size(2);
    int width = (int) size.size(3);
    var mask = roiMask.toLongArray();
    var crops = new ArrayList<Tensor>();
    var places = new ArrayList<int[][]>();
    var flags = new ArrayList<Float>();
    for (int b = 0; b < batch; b++) {
      var ofImage = Arrays.copyOfRange(mask, b * height * width, (b + 1) * height * width);
      var image = images.select(0, b);
      for (int i = 0; i < GLOBAL_VIEWS; i++) {
        flags.add(1f);
      }
      places.add(corners.of(ofImage, height, width, b));
      for (int[] corner : places.getLast()) {
        crops.add(
            image.slice(1, corner[0], corner[0] + sizePx).slice(2, corner[1], corner[1] + sizePx));
        long foreground = sum(ofImage, width, corner, sizePx);
        flags.add(foreground / ((double) sizePx * sizePx) <= negativeRatio ? 0f : 1f);
      }
    }
    int views = crops.size() / batch;
    var table = new float[flags.size()];
    for (int i = 0; i < table.length; i++) {
      table[i] = flags.get(i);
    }
    return new RoiCrops(
        Tensor.stack(crops, 0).reshape(batch, views, size.size(1), sizePx, sizePx),
        Tensor.of(table, batch, GLOBAL_VIEWS + views).to(images.device()),
        places);
  }

  /// Random corners: n different pixels that lie at least half a crop from the border on background
  /// or uncertain ground, or anywhere so far inside if there are fewer than n of those.
  ///
  /// @param iter the training iteration; with the seed and the image's place it decides the draw
  public static Corners random(int crops, int sizePx, long seed, int iter) {
    return (roiMask, height, width, image) -> {
      int rows = height - 2 * (sizePx / 2);
      int columns = width - 2 * (sizePx / 2);
      if ((long) rows * columns < crops) {
        throw new IllegalArgumentException(
            "an image of %d×%d px has no room for %d different crops of %d px; lower train.localCropSizePx or raise augment.cropSizePx"
                .formatted(width, height, crops, sizePx));
      }
      var candidates = new int[rows * columns];
      int found = 0;
      for (int y = 0; y < rows; y++) {
        for (int x = 0; x < columns; x++) {
          if (roiMask[(y + sizePx / 2) * width + x + sizePx / 2] <= 1) {
            candidates[found++] = y * columns + x;
          }
        }
      }
      boolean anywhere = found < crops;
      var drawn =
          new CounterRandom(seed, iter, image, CROP_STREAM)
              .choose(anywhere ? rows * columns : found, crops);
      var corners = new int[crops][];
      for (int i = 0; i < crops; i++) {
        int place = anywhere ? drawn[i] : candidates[drawn[i]];
        corners[i] = new int[] {place / columns, place % columns};
      }
      return corners;
    };
  }

  /// Keeps these draws apart from those of the augmentation, which count views from 0.
  private static final int CROP_STREAM = -2;

  /// The crops as separate views, view after view: [n·B, 3, size, size].
  public Tensor viewMajor() {
    var size = crops.shape().sizes();
    return crops.transpose(0, 1).reshape(size[0] * size[1], size[2], size[3], size[4]);
  }

  /// The corners that a list gives, one entry an image.
  public static Corners fixed(List<int[][]> corners) {
    return (_, _, _, image) -> corners.get(image);
  }

  private static long sum(long[] mask, int width, int[] corner, int sizePx) {
    long total = 0;
    for (int y = corner[0]; y < corner[0] + sizePx; y++) {
      for (int x = corner[1]; x < corner[1] + sizePx; x++) {
        total += mask[y * width + x];
      }
    }
    return total;
  }
}
