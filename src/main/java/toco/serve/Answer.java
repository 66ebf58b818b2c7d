package toco.serve;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import toco.files.Json;

/// What is sent for a request.
///
/// @param status of HTTP
/// @param type media type of the body
/// @param body not copied
/// @param headers further ones
@SuppressWarnings("ArrayRecordComponent") // never compared
record Answer(int status, String type, byte[] body, Map<String, String> headers) {
  static final String JSON = "application/json";
  static final String PNG = "image/png";

  Answer {
    headers = Map.copyOf(headers);
  }

  static Answer of(String type, byte[] body) {
    return new Answer(200, type, body, Map.of());
  }

  static Answer json(Object value) {
    return json(200, value);
  }

  static Answer json(int status, Object value) {
    return new Answer(status, JSON, Json.MAPPER.writeValueAsBytes(value), Map.of());
  }

  static Answer text(String type, String text) {
    return of(type, text.getBytes(StandardCharsets.UTF_8));
  }

  /// The same with one more header.
  Answer with(String header, String value) {
    var all = new LinkedHashMap<>(headers);
    all.put(header, value);
    return new Answer(status, type, body, all);
  }
}
