package toco.serve;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import toco.files.Json;

/// What the stand-in answers.
record StandInAnswer(int status, String type, byte[] body) {
  static StandInAnswer json(Object value) {
    return new StandInAnswer(
        200,
        "application/json",
        Json.MAPPER.writeValueAsString(value).getBytes(StandardCharsets.UTF_8));
  }

  static StandInAnswer problem(int status, String code, String message) {
    return new StandInAnswer(
        status,
        "application/json",
        Json.MAPPER
            .writeValueAsString(Map.of("error", code, "message", message))
            .getBytes(StandardCharsets.UTF_8));
  }
}
