package toco.eval;

import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.stream.IntStream;

/// The results of a data set's images, from which scores are computed: of every image once, or of
/// some more often than others, as a bootstrap asks.
///
/// Sums run in the images' order, so equal images give equal scores to the last bit, whatever the
/// order in which they were evaluated.
final class ScoredImages {
  private final int classes;
  private final List<ImageScores> images;
  private final int[][] ranking; // of each class: images by falling logit

  /// @param classes C, background included
  /// @param images in any order, one at least
  ScoredImages(int classes, List<ImageScores> images) {
    this.classes = classes;
    this.images = images.stream().sorted(Comparator.comparingInt(ImageScores::index)).toList();
    ranking = IntStream.range(0, classes - 1).mapToObj(this::byFallingLogit).toArray(int[][]::new);
  }

  int size() {
    return images.size();
  }

  private int[] byFallingLogit(int k) {
    return IntStream.range(0, images.size())
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -logit(i, k)))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private float logit(int image, int k) {
    return images.get(image).classLogits()[k];
  }

  private boolean shows(int image, int k) {
    return images.get(image).labels()[k] > 0;
  }

  /// The scores of all images.
  Scores scores() {
    var once = new int[images.size()];
    Arrays.fill(once, 1);
    return scores(once);
  }

  /// The scores as they were if each image occurred as often as said.
  ///
  /// @param times one number an image, in the order of their indices
  Scores scores(int[] times) {
    var maps = new EnumMap<MapKind, MapScores>(MapKind.class);
    if (!images.isEmpty()) {
      images.getFirst().maps().keySet().forEach(kind -> maps.put(kind, mapScores(kind, times)));
    }
    double f1 = 0;
    double cosine = 0;
    int count = 0;
    for (int i = 0; i < times.length; i++) {
      if (times[i] > 0) {
        f1 += times[i] * images.get(i).f1();
        cosine += times[i] * images.get(i).patchCosine();
        count += times[i];
      }
    }
    var ofClasses =
        new ClassScores(
            f1 / count,
            IntStream.range(0, classes - 1).mapToDouble(k -> classF1(k, times)).toArray(),
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
      hits += shows(i, k) && predicted ? times[i] : 0;
      both += (shows(i, k) ? times[i] : 0) + (predicted ? times[i] : 0);
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
        hits += shows(image, k) ? times[image] : 0;
        named += times[image];
      }
      sum += hits == before ? 0 : (double) (hits - before) * hits / named;
    }
    return sum / hits;
  }
}
