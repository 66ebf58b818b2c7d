package toco.eval;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import toco.data.CounterRandom;

/// Bootstrap confidence intervals of scores: percentiles over data sets drawn from the evaluated
/// images with replacement (Efron 1979).
///
/// The draws are functions of (seed, resample), so equal results give equal intervals.
///
/// @param resamples number of data sets drawn
/// @param seed of the draws
/// @param intervals 95 % interval of each score by its name, such as `seg.miou`; the limits are NaN
///   where the score is a number in fewer than two resamples
public record Bootstrap(int resamples, long seed, Map<String, Interval> intervals) {
  private static final double TAIL = 0.025;

  /// @param low the 2.5 % quantile
  /// @param high the 97.5 % quantile
  public record Interval(double low, double high) {}

  public Bootstrap {
    intervals = Collections.unmodifiableMap(new LinkedHashMap<>(intervals));
  }

  /// @param resamples at least 2
  /// @param classNames the foreground classes, in label order
  static Bootstrap of(ScoredImages images, int resamples, long seed, List<String> classNames) {
    if (resamples < 2) {
      throw new IllegalArgumentException("resamples must be ≥ 2, got " + resamples);
    }
    var names = List.copyOf(images.scores().byName(classNames).keySet());
    var resampled =
        IntStream.range(0, resamples)
            .parallel()
            .mapToObj(r -> {
              var resample = images.scores(draw(images.size(), seed, r)).byName(classNames);
              return names.stream()
                  .mapToDouble(name -> Objects.requireNonNull(resample.get(name)))
                  .toArray();
            })
            .toArray(double[][]::new);
    var intervals = new LinkedHashMap<String, Interval>();
    for (int s = 0; s < names.size(); s++) {
      int score = s;
      var values =
          Arrays.stream(resampled)
              .mapToDouble(resample -> resample[score])
              .filter(Double::isFinite)
              .sorted()
              .toArray();
      intervals.put(names.get(s), new Interval(quantile(values, TAIL), quantile(values, 1 - TAIL)));
    }
    return new Bootstrap(resamples, seed, intervals);
  }

  /// How often each image occurs in a resample.
  private static int[] draw(int images, long seed, int resample) {
    var random = new CounterRandom(seed, resample, 0, 0);
    var times = new int[images];
    for (int i = 0; i < images; i++) {
      times[random.nextInt(images)]++;
    }
    return times;
  }

  /// Linear between the two nearest values, as numpy's `quantile`.
  private static double quantile(double[] sorted, double share) {
    if (sorted.length < 2) {
      return Double.NaN;
    }
    double at = share * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }

  /// Resamples, seed, and each interval as `[low, high]`.
  public Map<String, @Nullable Object> toJson() {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("resamples", resamples);
    json.put("seed", seed);
    json.put("confidence", 1 - 2 * TAIL);
    intervals.forEach((name, interval) ->
        json.put(name, Arrays.asList(orNull(interval.low), orNull(interval.high))));
    return json;
  }

  /// The intervals of the scores over all classes as a plain-text table, in per cent.
  public String table() {
    var table = new ScoreTable("interval, %", "2.5 %", "97.5 %");
    intervals.forEach((name, interval) -> {
      if (!name.contains(".iou.") && !name.equals("patchCosine")) {
        table.percent(name, interval.low, interval.high);
      }
    });
    return table.toString();
  }

  private static @Nullable Double orNull(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
