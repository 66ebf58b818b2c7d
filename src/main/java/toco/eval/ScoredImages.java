package toco.eval;

import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.stream.IntStream;

/// Computes the scores of a data set from the results of its images: each counted once, or with the
/// weights of a bootstrap resample.
///
/// Sums run in the data set's order, so scores do not depend on the order of evaluation.
final class ScoredImages {
  private final int classes;
  private final List<ImageScores> images;
  private final int[][] ranking; // of each class: images by descending logit

  /// @param classes C, background included
  /// @param images in any order, at least one
  ScoredImages(int classes, List<ImageScores> images) {
    this.classes = classes;
    this.images = images.stream().sorted(Comparator.comparingInt(ImageScores::index)).toList();
    ranking =
        IntStream.range(0, classes - 1).mapToObj(this::byDescendingLogit).toArray(int[][]::new);
  }

  int size() {
    return images.size();
  }

  private int[] byDescendingLogit(int k) {
    return IntStream.range(0, images.size())
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -logit(i, k)))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private float logit(int image, int k) {
    return images.get(image).classLogits()[k];
  }

  private boolean isPresent(int image, int k) {
    return images.get(image).labels()[k] > 0;
  }

  /// The scores of all images.
  Scores scores() {
    var once = new int[images.size()];
    Arrays.fill(once, 1);
    return scores(once);
  }

  /// The scores with each image counted several times, or not at all.
  ///
  /// @param times one weight per image, in the data set's order
  Scores scores(int[] times) {
    var maps = new EnumMap<MapKind, MapScores>(MapKind.class);
    if (!images.isEmpty()) {
      images.getFirst().maps().keySet().forEach(kind -> maps.put(kind, mapScores(kind, times)));
    }
    double f1 = 0;
    double precision = 0;
    int withClass = 0;
    double cosine = 0;
    int count = 0;
    for (int i = 0; i < times.length; i++) {
      if (times[i] > 0) {
        f1 += times[i] * images.get(i).f1();
        double ofImage = images.get(i).averagePrecision();
        if (!Double.isNaN(ofImage)) {
          precision += times[i] * ofImage;
          withClass += times[i];
        }
        cosine += times[i] * images.get(i).patchCosine();
        count += times[i];
      }
    }
    var ofClasses =
        new ClassScores(
            f1 / count,
            IntStream.range(0, classes - 1).mapToDouble(k -> classF1(k, times)).toArray(),
            precision / withClass,
            IntStream.range(0, classes - 1).mapToDouble(k -> averagePrecision(k, times)).toArray());
    return new Scores(maps, ofClasses, cosine / count, count);
  }

  private MapScores mapScores(MapKind kind, int[] times) {
    var matrix = new ConfusionMatrix(classes);
    var sums = new double[classes];
    var counts = new long[classes];
    for (int i = 0; i < times.length; i++) {
      var image = images.get(i).maps().get(kind);
      if (image == null) {
        throw new IllegalStateException(
            "image %s has no result for %s".formatted(images.get(i).name(), kind.key()));
      }
      if (times[i] > 0) {
        image.addTo(matrix, times[i]);
        image.addTo(sums, counts, times[i]);
      }
    }
    return new MapScores(
        matrix, IntStream.range(0, classes).mapToDouble(c -> sums[c] / counts[c]).toArray());
  }

  private double classF1(int k, int[] times) {
    long hits = 0;
    long both = 0; // 2·TP + FP + FN
    for (int i = 0; i < times.length; i++) {
      boolean predicted = logit(i, k) > 0;
      hits += isPresent(i, k) && predicted ? times[i] : 0;
      both += (isPresent(i, k) ? times[i] : 0) + (predicted ? times[i] : 0);
    }
    return 2.0 * hits / both;
  }

  private double averagePrecision(int k, int[] times) {
    long hits = 0;
    long named = 0;
    double sum = 0;
    for (int at = 0; at < times.length; ) {
      float logit = logit(ranking[k][at], k);
      long before = hits;
      for (; at < times.length && Float.compare(logit(ranking[k][at], k), logit) == 0; at++) {
        int image = ranking[k][at];
        hits += isPresent(image, k) ? times[image] : 0;
        named += times[image];
      }
      sum += hits == before ? 0 : (double) (hits - before) * hits / named;
    }
    return sum / hits;
  }
}
