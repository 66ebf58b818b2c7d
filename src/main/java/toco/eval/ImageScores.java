package toco.eval;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/// The results of one image, from which the scores of a data set are computed.
///
/// @param index its position in the data set
/// @param name its name in the list
/// @param maps counts of its label maps against its mask
/// @param labels \[K] multi-hot image-level labels
/// @param classLogits \[K] image-level logits; a class is predicted if its logit is above 0
/// @param patchCosine mean cosine between its patch tokens
@SuppressWarnings("ArrayRecordComponent") // values, not identity, are what callers use
record ImageScores(
    int index,
    String name,
    Map<MapKind, LabelCounts> maps,
    float[] labels,
    float[] classLogits,
    double patchCosine) {
  ImageScores {
    if (labels.length != classLogits.length) {
      throw new IllegalArgumentException(
          "expected a logit for each of the %s labels, got %s"
              .formatted(labels.length, classLogits.length));
    }
    var copy = new EnumMap<MapKind, LabelCounts>(MapKind.class);
    copy.putAll(maps); // EnumMap's copy constructor rejects an empty map of another type
    maps = Collections.unmodifiableMap(copy);
  }

  /// A copy with one more label map.
  ImageScores with(MapKind kind, LabelCounts counts) {
    var more = new EnumMap<MapKind, LabelCounts>(MapKind.class);
    more.putAll(maps);
    more.put(kind, counts);
    return new ImageScores(index, name, more, labels, classLogits, patchCosine);
  }

  /// F1 of the classes with a positive logit; 0 where neither truth nor prediction has a class.
  double f1() {
    return ClassScores.imageF1(labels, classLogits);
  }

  /// Average precision of its classes; NaN if it shows none.
  double averagePrecision() {
    return ClassScores.imageAveragePrecision(labels, classLogits);
  }
}
