package toco.recipe.more;

import java.util.List;
import toco.cam.CamLabels;
import toco.torch.DType;
import toco.torch.Functional;
import toco.torch.Functional.Pair;
import toco.torch.Ops;
import toco.torch.Tensor;

/// The patch tokens that MoRe's `ure` pulls to an image's classes: those at the top left corners of
/// windows whose centre is uncertain and which hold enough foreground. Computed on the mask's
/// device without synchronising with the host.
///
/// A window of 6 × 6 qualifies if its centre (row and column 3) is uncertain and its regions sum to
/// at least 44; an area that is uncertain throughout sums to 36. Of more than 8 windows, 8 are
/// drawn. Otherwise all count, and ⌊(8 − count) / 4⌋ tokens are drawn from the windows whose centre
/// is foreground or, if these are too few, from all windows.
///
/// Quirks, kept: the token is taken at the window's corner, not at its centre, and the last row and
/// column of windows are left out.
///
/// @param regions [B, h, w], int64: 0 background, 1 uncertain, 2 foreground
/// @param index int64 [B, 10]: the tokens' positions in the flattened grid; 0 where there is none
/// @param isToken bool [B, 10]
public record UncertainTokens(Tensor regions, Tensor index, Tensor isToken) {
  /// At least one token is found in a grid of at least this many rows and columns.
  private static final int MIN_GRID = 7;

  private static final int WINDOW = 6;
  private static final int CENTRE = WINDOW / 2;
  private static final int MIN_SUM = 44;
  static final int MOST = 8;
  private static final int MOST_ADDED = 2;
  private static final int MISSING_PER_ADDED = 4;

  /// Random choices of a batch.
  @FunctionalInterface
  public interface Draw {
    /// The first 8 entries of a random permutation per image.
    ///
    /// @param sizes int64 \[B]: the length of each image's permutation
    /// @param longest no length is larger
    /// @return int64 [B, 8], 0…size − 1; anything beyond the length of a shorter permutation
    Tensor of(Tensor sizes, int longest);
  }

  /// Whether a grid has windows.
  static boolean canBeFound(long gridH, long gridW) {
    return gridH >= MIN_GRID && gridW >= MIN_GRID;
  }

  /// Finds the tokens.
  ///
  /// @param mask int64 [B, h, w]: 0 background, 1…K, 255 uncertain
  public static UncertainTokens find(Tensor mask, Draw draw) {
    int height = (int) mask.size(1);
    int width = (int) mask.size(2);
    if (!canBeFound(height, width)) {
      throw new IllegalArgumentException(
          ("the loss term ure needs a grid of at least %s×%s patches, got %s×%s; raise"
                  + " augment.cropSizePx, choose a smaller patch, or set more.ureWeight to 0")
              .formatted(MIN_GRID, MIN_GRID, height, width));
    }
    var regions = regions(mask);
    int rows = height - WINDOW;
    int columns = width - WINDOW;
    int windows = rows * columns;
    var centres =
        regions
            .slice(1, CENTRE, CENTRE + (long) rows)
            .slice(2, CENTRE, CENTRE + (long) columns)
            .flatten(1); // [B, W]
    var qualifies =
        centres.eq(1).logicalAnd(windowSums(regions, rows, columns).ge(MIN_SUM - 0.5)); // [B, W]
    var foreground = centres.eq(2);

    var count = qualifies.sum(1).unsqueeze(1); // [B, 1]
    var isMany = count.gt(MOST);
    var added = quotient(count.rsub(MOST).clampMin(0), MISSING_PER_ADDED); // [B, 1]
    var isEnough = foreground.sum(1).unsqueeze(1).ge(added);
    var all = foreground.logicalOr(foreground.logicalNot());
    var pool = qualifies.where(isMany, foreground.where(isEnough, all)); // what is drawn from
    var size = pool.sum(1).unsqueeze(1);

    var drawn = draw.of(size.squeeze(1), windows).clamp(0, windows - 1.0); // [B, 8]
    var fromPool = ranked(pool).gather(1, drawn); // [B, 8] of windows
    var first = firstOf(ranked(qualifies), MOST); // [B, 8]
    var slots = Tensor.arange(0, MOST, DType.INT64, mask.device()).unsqueeze(0); // [1, 8]
    var chosen =
        Tensor.cat(List.of(fromPool.where(isMany, first), fromPool.slice(1, 0, MOST_ADDED)), 1);
    var isToken =
        Tensor.cat(
            List.of(slots.lt(count), slots.slice(1, 0, MOST_ADDED).lt(added.minimum(size))),
            1); // [B, 10]
    return new UncertainTokens(regions, inGrid(chosen, columns, width).mul(isToken), isToken);
  }

  /// Background, uncertain and foreground patches.
  ///
  /// @param mask int64 [B, h, w]: 0 background, 1…K, 255 uncertain
  /// @return [B, h, w], int64: 0, 1 and 2
  static Tensor regions(Tensor mask) {
    var uncertain = mask.eq(CamLabels.IGNORE);
    return mask.ge(1).to(DType.INT64).mul(2).sub(uncertain.to(DType.INT64));
  }

  /// The sums of the regions in all windows but the last row and column of them, [B, W].
  private static Tensor windowSums(Tensor regions, int rows, int columns) {
    var means =
        Functional.avgPool2d(
            regions.to(DType.FLOAT32).unsqueeze(1), Pair.of(WINDOW), Pair.of(1), Pair.of(0));
    return means.mul(WINDOW * WINDOW).slice(2, 0, rows).slice(3, 0, columns).flatten(1);
  }

  /// The windows of a set in order, then the others: int64 [B, W].
  private static Tensor ranked(Tensor set) {
    long windows = set.size(1);
    var order = Tensor.arange(0, (double) windows, DType.INT64, set.device()); // [W]
    return set.to(DType.INT64).mul((double) windows).sub(order).sort(1, true).indices();
  }

  /// The first entries, with 0 where there are fewer.
  private static Tensor firstOf(Tensor ranked, long count) {
    long missing = count - ranked.size(1);
    return missing > 0 ? ranked.pad(0, 0, missing) : ranked.slice(1, 0, count);
  }

  /// Positions of windows' corners in the flattened grid.
  private static Tensor inGrid(Tensor windows, int columns, int width) {
    var row = quotient(windows, columns);
    return row.mul(width).add(windows.sub(row.mul(columns)));
  }

  /// Of whole numbers, rounded down.
  private static Tensor quotient(Tensor a, int b) {
    return Ops.call("aten::floor_divide.Scalar", a, b);
  }
}
