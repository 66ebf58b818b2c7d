package toco.track;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import toco.files.Json;

/// What [FakeMlflow] answers.
record FakeResponse(int status, String text) {
  static FakeResponse of(Object json) {
    return new FakeResponse(200, Json.MAPPER.writeValueAsString(json));
  }

  static FakeResponse refusal(int status, String message) {
    var body = Map.of("error_code", "INVALID_PARAMETER_VALUE", "message", message);
    return new FakeResponse(status, Json.MAPPER.writeValueAsString(body));
  }

  /// A query's values by name.
  static Map<String, String> query(String text) {
    var values = new LinkedHashMap<String, String>();
    for (var pair : (text == null ? "" : text).split("&")) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        values.put(
            pair.substring(0, equals),
            URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return values;
  }
}
