package toco.eval;

import java.util.Comparator;
import java.util.stream.IntStream;

/// Scores of image-level classification, in 0…1; NaN where there is nothing to count.
///
/// @param imageF1 F1 of each image's predicted classes, averaged over the images
/// @param f1 \[K] F1 of each class over the images
/// @param imageAveragePrecision average precision of the classes in each image, averaged over the
///   images that show a class
/// @param averagePrecision \[K] average precision of each class's logit over the images, without
///   interpolation; images with equal logits count at the same threshold
@SuppressWarnings("ArrayRecordComponent") // values, not identity, are what callers use
public record ClassScores(
    double imageF1, double[] f1, double imageAveragePrecision, double[] averagePrecision) {
  /// F1 of the classes with a positive logit in one image; 0 where neither truth nor prediction has
  /// a class.
  ///
  /// @param labels \[K] multi-hot
  /// @param logits \[K]
  public static double imageF1(float[] labels, float[] logits) {
    int hits = 0;
    int both = 0; // 2·TP + FP + FN
    for (int k = 0; k < labels.length; k++) {
      boolean present = labels[k] > 0;
      boolean predicted = logits[k] > 0;
      hits += present && predicted ? 1 : 0;
      both += (present ? 1 : 0) + (predicted ? 1 : 0);
    }
    return both == 0 ? 0 : 2.0 * hits / both;
  }

  /// Average precision of an image's classes, ranked by their probabilities in float32, where large
  /// logits are equal, as in CoSA's published evaluation; NaN if the image shows no class.
  ///
  /// @param labels \[K] multi-hot
  /// @param logits \[K]
  public static double imageAveragePrecision(float[] labels, float[] logits) {
    var probabilities = new float[logits.length];
    for (int k = 0; k < logits.length; k++) {
      probabilities[k] = (float) (1 / (1 + Math.exp(-logits[k])));
    }
    int[] order =
        IntStream.range(0, logits.length)
            .boxed()
            .sorted(Comparator.comparingDouble(k -> -probabilities[k]))
            .mapToInt(Integer::intValue)
            .toArray();
    int hits = 0;
    double sum = 0;
    for (int at = 0; at < order.length; ) {
      float probability = probabilities[order[at]];
      int before = hits;
      for (; at < order.length && probabilities[order[at]] == probability; at++) {
        hits += labels[order[at]] > 0 ? 1 : 0;
      }
      sum += (hits - before) * (double) hits / at;
    }
    return sum / hits;
  }

  /// Mean average precision over the classes that occur in some image.
  public double meanAveragePrecision() {
    return Means.ofFinite(averagePrecision);
  }
}
