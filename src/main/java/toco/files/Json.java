package toco.files;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// JSON as the program writes and reads it. JSON has no NaN and no infinities: they are written as
/// null, and a number that is missing is read as NaN.
public final class Json {
  /// Jackson with its defaults; immutable and safe to share between threads.
  public static final JsonMapper MAPPER = new JsonMapper();

  private Json() {}

  /// The value to write for a number: null if it is NaN or infinite.
  public static @Nullable Double orNull(double value) {
    return Double.isFinite(value) ? value : null;
  }

  /// A number of an object; NaN if the object has no such key or the value is not a number.
  public static double number(JsonNode object, String key) {
    return number(object.path(key));
  }

  /// All numbers of an object by key, in its order; members of other types are left out.
  public static Map<String, Double> numbers(JsonNode object) {
    var numbers = new LinkedHashMap<String, Double>();
    for (var member : object.properties()) {
      if (member.getValue().isNumber()) {
        numbers.put(member.getKey(), number(member.getValue()));
      }
    }
    return Collections.unmodifiableMap(numbers);
  }

  private static double number(JsonNode value) {
    return value.isNumber() ? value.doubleValue() : Double.NaN;
  }
}
