package toco.run;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// Numbers of a JSON object; what is missing or no number is NaN.
final class Json {
  private Json() {}

  static double number(JsonNode object, String key) {
    return number(object.path(key));
  }

  /// All numbers of an object by name, in its order; its other members are left out.
  static Map<String, Double> numbers(JsonNode object) {
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
