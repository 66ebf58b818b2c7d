package toco.serve;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The parameters after a path's `?`, each once.
record Query(Map<String, String> values) {
  private static final int MAX_PARAMETERS = 16;

  Query {
    values = Map.copyOf(values);
  }

  /// @param raw as it was sent; null: there are none
  static Query parse(@Nullable String raw) {
    var values = new HashMap<String, String>();
    for (var part : raw == null || raw.isEmpty() ? new String[0] : raw.split("&", -1)) {
      int equals = part.indexOf('=');
      try {
        var key = decoded(equals < 0 ? part : part.substring(0, equals));
        var value = equals < 0 ? "" : decoded(part.substring(equals + 1));
        if (values.put(key, value) != null || values.size() > MAX_PARAMETERS) {
          throw HttpProblem.badRequest("a parameter is given twice, or there are too many");
        }
      } catch (IllegalArgumentException e) {
        throw HttpProblem.badRequest("a parameter is not percent-encoded as it should be");
      }
    }
    return new Query(values);
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  String text(String key, String absent) {
    return values.getOrDefault(key, absent);
  }

  /// A whole number in a range.
  ///
  /// @param absent its value if it is not given; null: it must be
  long number(String key, @Nullable Long absent, long least, long most) {
    var text = values.get(key);
    if (text == null && absent != null) {
      return absent;
    }
    if (text != null && text.matches("\\d{1,18}")) {
      long value = Long.parseLong(text);
      if (value >= least && value <= most) {
        return value;
      }
    }
    throw HttpProblem.badRequest(
        "%s must be a whole number from %s to %s, got %s"
            .formatted(key, least, most, quoted(text)));
  }

  boolean flag(String key) {
    var text = values.getOrDefault(key, "false");
    return switch (text) {
      case "true", "1" -> true;
      case "false", "0" -> false;
      default ->
          throw HttpProblem.badRequest(
              "%s must be true or false, got %s".formatted(key, quoted(text)));
    };
  }

  /// What was sent, for messages: short, and without control characters.
  static String quoted(@Nullable String text) {
    if (text == null) {
      return "nothing";
    }
    var clean = text.replaceAll("\\p{Cntrl}", "?");
    return "'" + (clean.length() > 60 ? clean.substring(0, 60) + "…" : clean) + "'";
  }
}
