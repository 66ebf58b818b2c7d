package toco.recipe.more;

import java.util.TreeMap;

/// Which classes get a map in an image whose labels are not known (MoRe's `cam2seg`).
public final class ShownClasses {
  private static final int MIN_CELLS = 5;
  private static final int MIN_CELLS_OF_SEGMENTED = 4;

  private ShownClasses() {}

  /// The classes with a positive logit or, if there is none, those of the segmentation with at
  /// least 5 cells.
  ///
  /// @param logits \[K]
  /// @param segmentation labels of the patch grid, 0…K
  /// @return \[K] multi-hot
  public static float[] predicted(float[] logits, long[] segmentation) {
    var positive = positive(logits);
    return isEmpty(positive) ? segmented(segmentation, logits.length, MIN_CELLS) : positive;
  }

  /// The reverse, for VOC's test server: the classes of the segmentation with at least 4 cells or,
  /// if there is none, those with a positive logit.
  ///
  /// @param logits \[K]
  /// @param segmentation labels of the patch grid, 0…K
  /// @return \[K] multi-hot
  public static float[] segmented(float[] logits, long[] segmentation) {
    var segmented = segmented(segmentation, logits.length, MIN_CELLS_OF_SEGMENTED);
    return isEmpty(segmented) ? positive(logits) : segmented;
  }

  private static float[] positive(float[] logits) {
    var multiHot = new float[logits.length];
    for (int k = 0; k < logits.length; k++) {
      multiHot[k] = logits[k] > 0 ? 1 : 0;
    }
    return multiHot;
  }

  /// Quirk, kept: the lowest label that occurs, most often the background's, is not counted. So a
  /// class without background counts however few cells it has.
  private static float[] segmented(long[] segmentation, int classes, int minCells) {
    var cells = new TreeMap<Long, Integer>();
    for (long label : segmentation) {
      cells.merge(label, 1, Integer::sum);
    }
    var multiHot = new float[classes];
    cells.forEach((label, count) -> {
      if (label > 0 && (count >= minCells || label.equals(cells.firstKey()))) {
        multiHot[label.intValue() - 1] = 1;
      }
    });
    return multiHot;
  }

  private static boolean isEmpty(float[] multiHot) {
    for (float value : multiHot) {
      if (value > 0) {
        return false;
      }
    }
    return true;
  }
}
