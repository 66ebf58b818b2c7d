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
import toco.files.Json;

/// How far each figure would move with other images of the same kind: percentiles of the figures of
/// data sets drawn from the evaluated images, with repetition (Efron 1979).
///
/// The draws are functions of (seed, resample), so equal results give equal intervals.
///
/// @param resamples data sets drawn
/// @param seed of the draws
/// @param intervals 95 % interval of each figure by its name, such as `seg.miou`; the limits are
///   NaN where too few resamples have the figure
public record Bootstrap(int resamples, long seed, Map<String, Interval> intervals) {
  private static final double TAIL = 0.025;

  /// @param low 2.5 % of the resamples lie below
  /// @param high 2.5 % of the resamples lie above
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
    var names = List.copyOf(images.scores().figures(classNames).keySet());
    var figures =
        IntStream.range(0, resamples)
            .parallel()
            .mapToObj(r -> {
              var resample = images.scores(draw(images.size(), seed, r)).figures(classNames);
              return names.stream()
                  .mapToDouble(name -> Objects.requireNonNull(resample.get(name)))
                  .toArray();
            })
            .toArray(double[][]::new);
    var intervals = new LinkedHashMap<String, Interval>();
    for (int f = 0; f < names.size(); f++) {
      int figure = f;
      var values =
          Arrays.stream(figures)
              .mapToDouble(resample -> resample[figure])
              .filter(Double::isFinite)
              .sorted()
              .toArray();
      intervals.put(names.get(f), new Interval(quantile(values, TAIL), quantile(values, 1 - TAIL)));
    }
    return new Bootstrap(resamples, seed, intervals);
  }

  /// How often each image is drawn.
  private static int[] draw(int images, long seed, int resample) {
    var random = new CounterRandom(seed, resample, 0, 0);
    var times = new int[images];
    for (int i = 0; i < images; i++) {
      times[random.nextInt(images)]++;
    }
    return times;
  }

  /// Between the two nearest values, as numpy's `quantile` has it.
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
        json.put(name, Arrays.asList(Json.orNull(interval.low), Json.orNull(interval.high))));
    return json;
  }

  /// The intervals of the figures that stand for all classes, in per cent.
  public String table() {
    var table = new ScoreTable("interval, %", "2.5 %", "97.5 %");
    intervals.forEach((name, interval) -> {
      if (!name.contains(".iou.") && !name.equals("patchCosine")) {
        table.percent(name, interval.low, interval.high);
      }
    });
    return table.toString();
  }
}
