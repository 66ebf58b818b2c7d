package toco.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import toco.config.CocoCategories;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.StreamReadException;

/// The names of classes in Label Studio's values:
///
/// | value | names |
/// |---|---|
/// | `{"choices": ["cat", "dog"]}` | the choices |
/// | `{"x": 1, …, "rectanglelabels": ["cat"]}`, and `brushlabels`, `polygonlabels` … | the labels |
/// | `{"taxonomy": [["animal", "cat"]]}` | the last name of each path |
final class LabelStudioValues {
  private LabelStudioValues() {}

  static void requireArray(JsonParser parser, String what) {
    if (!parser.isExpectedStartArrayToken()) {
      throw new StreamReadException(parser, what + " is not an array");
    }
  }

  static void requireObject(JsonParser parser, String what) {
    if (!parser.isExpectedStartObjectToken()) {
      throw new StreamReadException(parser, what + " is not an object");
    }
  }

  /// The names in the results of an annotation.
  ///
  /// @param parser at the start of their array, and then at its end
  static List<String> ofResults(JsonParser parser) {
    requireArray(parser, "'result'");
    var names = new ArrayList<String>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      requireObject(parser, "a result");
      for (var key = parser.nextName(); key != null; key = parser.nextName()) {
        if (parser.nextToken() == JsonToken.START_OBJECT && key.equals("value")) {
          names.addAll(names(parser, key));
        }
        parser.skipChildren();
      }
    }
    return names;
  }

  /// The names in a value.
  ///
  /// @param parser at the start of an object or array, and then at its end
  /// @param key of the value
  static List<String> names(JsonParser parser, String key) {
    var names = new ArrayList<String>();
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      for (var inner = parser.nextName(); inner != null; inner = parser.nextName()) {
        var token = parser.nextToken();
        if (token == JsonToken.START_ARRAY && holdsNames(inner)) {
          names.addAll(names(parser, inner));
        } else if (token == JsonToken.VALUE_STRING && inner.equals("choices")) {
          names.add(parser.getString());
        }
        parser.skipChildren();
      }
      return names;
    }
    for (var token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
      switch (token) {
        case VALUE_STRING -> {
          if (holdsNames(key)) {
            names.add(parser.getString());
          }
        }
        case START_OBJECT -> names.addAll(names(parser, key)); // a shape of JSON-MIN
        case START_ARRAY -> {
          var path = names(parser, key);
          if (key.equals("taxonomy") && !path.isEmpty()) {
            names.add(path.getLast());
          }
        }
        default -> {}
      }
    }
    return names;
  }

  /// The names in a cell of a table, which is a value in JSON.
  ///
  /// @param where file and line, for the error message
  static List<String> ofCell(String json, String where) {
    try (var parser = CocoCategories.open(json)) {
      parser.nextToken();
      return names(parser, "");
    } catch (JacksonException e) {
      throw new DataException(
          "%s: not JSON: %s; expected a list of classes"
              .formatted(where, DataException.shortened(json)),
          e);
    }
  }

  private static boolean holdsNames(String key) {
    var word = key.toLowerCase(Locale.ROOT);
    return word.equals("choices")
        || word.equals("taxonomy")
        || CsvColumns.isClassWord(word)
        || word.endsWith("labels");
  }
}
