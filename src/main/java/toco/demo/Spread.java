package toco.demo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.files.Json;

/// Values of the same quantity from several seeds.
///
/// @param values one per seed, in the order of the seeds
record Spread(List<Double> values) {
  Spread {
    values = List.copyOf(values);
  }

  /// Seed by seed, these values minus others.
  Spread minus(Spread other) {
    var differences = new ArrayList<Double>();
    for (int i = 0; i < values.size(); i++) {
      differences.add(values.get(i) - other.values.get(i));
    }
    return new Spread(differences);
  }

  double mean() {
    return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }

  /// The standard deviation with n − 1 in the denominator; NaN of a single value.
  double deviation() {
    double mean = mean();
    double squares = values.stream().mapToDouble(it -> (it - mean) * (it - mean)).sum();
    return Math.sqrt(squares / (values.size() - 1)); // 0 / 0 of one value
  }

  /// How many values are above 0.
  int positive() {
    return (int) values.stream().filter(it -> it > 0).count();
  }

  /// `0.536 ± 0.019`; without the deviation if there is none.
  ///
  /// @param format of a number, such as `%.3f`
  String text(String format) {
    double mean = mean();
    if (Double.isNaN(mean)) {
      return "-";
    }
    var text = String.format(Locale.ROOT, format, mean);
    double deviation = deviation();
    return Double.isNaN(deviation)
        ? text
        : text + " ± " + String.format(Locale.ROOT, format.replace("+", ""), deviation);
  }

  /// `mean` and `sd`.
  Map<String, @Nullable Object> toJson() {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("mean", Json.orNull(mean()));
    json.put("sd", Json.orNull(deviation()));
    return json;
  }
}
