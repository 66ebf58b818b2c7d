package toco.eval;

import java.util.ArrayList;
import java.util.List;
import toco.image.LabelMap;
import toco.torch.DType;
import toco.torch.Ops;
import toco.torch.Tensor;

/// Confusion matrices of one kind of CAM at many background thresholds, counted in one pass over
/// the pixels: a pixel is foreground at the thresholds below its activation and background at the
/// others.
final class ThresholdCounts {
  private final int classes;
  private final List<Double> thresholds;
  private final long[] counts; // [truth][label][number of thresholds below the activation]

  /// @param classes C, background included
  /// @param thresholds increasing
  ThresholdCounts(int classes, List<Double> thresholds) {
    this.classes = classes;
    this.thresholds = List.copyOf(thresholds);
    counts = new long[classes * classes * (thresholds.size() + 1)];
  }

  /// Counts an image.
  ///
  /// @param cam [n, H, W] of the image's classes, at the mask's size, on any device
  /// @param labels class of each map, 1…K; empty: all pixels are background
  /// @param mask the truth
  void add(Tensor cam, long[] labels, LabelMap mask) {
    var truth =
        Tensor.wrap(mask.labels(), DType.UINT8, mask.heightPx(), mask.widthPx())
            .to(cam.device(), true)
            .to(DType.INT64);
    var code = truth.mul(classes);
    if (labels.length == 0) {
      code = code.mul(thresholds.size() + 1);
    } else {
      var strongest = cam.max(0);
      var below = truth.zerosLike();
      for (double threshold : thresholds) {
        below = below.add(strongest.values().gt(threshold).to(DType.INT64));
      }
      var label =
          Tensor.of(labels)
              .to(cam.device(), true)
              .indexSelect(0, strongest.indices().flatten(0))
              .reshape(truth.shape().sizes());
      code = code.add(label).mul(thresholds.size() + 1).add(below);
    }
    var found = counts(code.maskedFill(truth.ge(classes), counts.length));
    for (int i = 0; i < counts.length; i++) {
      counts[i] += found[i];
    }
  }

  /// How often each number occurs: as `bincount`, whose length depends on the values, so that the
  /// host would wait for them.
  ///
  /// @param codes int64 0…n, n for pixels that do not count
  private long[] counts(Tensor codes) {
    var flat = codes.flatten(0);
    var one = Tensor.full(1, DType.INT64, codes.device(), 1).expand(flat.numel());
    var zeros = Tensor.full(0, DType.INT64, codes.device(), counts.length + 1L);
    return Ops.call("aten::scatter_add", zeros, 0L, flat, one).toLongArray();
  }

  /// One matrix per threshold.
  List<ConfusionMatrix> matrices() {
    var matrices = new ArrayList<ConfusionMatrix>();
    for (int t = 0; t < thresholds.size(); t++) {
      var matrix = new ConfusionMatrix(classes);
      int i = 0;
      for (int truth = 0; truth < classes; truth++) {
        for (int label = 0; label < classes; label++) {
          for (int below = 0; below <= thresholds.size(); below++) {
            matrix.add(truth, below > t ? label : 0, counts[i++]);
          }
        }
      }
      matrices.add(matrix);
    }
    return List.copyOf(matrices);
  }
}
