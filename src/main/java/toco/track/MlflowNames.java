package toco.track;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Names and values as MLflow takes them. Names have at most 250 letters, digits, spaces and `_ - .
/// /`, and are paths in normal form.
final class MlflowNames {
  private static final Pattern REFUSED = Pattern.compile("[^/\\p{L}\\p{N}_.\\- ]");
  private static final int LONGEST_NAME = 250;

  private MlflowNames() {}

  /// The same with names that MLflow takes; those of several names that would become one are
  /// numbered.
  static <T> SequencedMap<String, T> valid(Map<String, T> named) {
    var valid = new LinkedHashMap<String, T>();
    named.forEach((name, value) -> {
      var base = valid(name);
      var unique = base;
      for (int i = 2; valid.containsKey(unique); i++) {
        var suffix = " " + i;
        unique = cut(base, LONGEST_NAME - suffix.length()) + suffix;
      }
      valid.put(unique, value);
    });
    return valid;
  }

  static String valid(String name) {
    var parts = Stream.of(REFUSED.matcher(cut(name, LONGEST_NAME)).replaceAll("_").split("/", -1));
    return parts
        .map(part -> part.isEmpty() || part.equals(".") || part.equals("..") ? "_" : part)
        .collect(Collectors.joining("/"));
  }

  /// A text, shortened to a length if it is longer.
  static String cut(String text, int longest) {
    return text.length() <= longest ? text : text.substring(0, Math.max(0, longest - 3)) + "...";
  }
}
