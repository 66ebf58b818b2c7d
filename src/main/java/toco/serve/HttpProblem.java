package toco.serve;

import java.util.LinkedHashMap;
import java.util.Map;

/// Why a request is refused.
final class HttpProblem extends RuntimeException {
  private final int status;
  private final String code;
  private final Map<String, String> headers;

  private HttpProblem(int status, String code, String message, Map<String, String> headers) {
    super(message, null, false, false);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }

  private HttpProblem(int status, String code, String message) {
    this(status, code, message, Map.of());
  }

  static HttpProblem badRequest(String message) {
    return new HttpProblem(400, "bad_request", message);
  }

  static HttpProblem unauthorized() {
    return new HttpProblem(
        401,
        "unauthorized",
        "the token is missing or wrong; send the one of --token as 'Authorization: Bearer TOKEN'",
        Map.of("WWW-Authenticate", "Bearer"));
  }

  static HttpProblem forbidden(String message) {
    return new HttpProblem(403, "forbidden", message);
  }

  static HttpProblem notFound(String message) {
    return new HttpProblem(404, "not_found", message);
  }

  static HttpProblem method(String allowed) {
    return new HttpProblem(
        405, "method_not_allowed", "use one of the methods " + allowed, Map.of("Allow", allowed));
  }

  static HttpProblem conflict(String message) {
    return new HttpProblem(409, "conflict", message);
  }

  static HttpProblem tooLarge(String message) {
    return new HttpProblem(413, "too_large", message);
  }

  static HttpProblem unsupportedType(String message) {
    return new HttpProblem(415, "unsupported_type", message);
  }

  /// @param seconds after which the request may be sent again
  static HttpProblem busy(int seconds) {
    return new HttpProblem(
        429,
        "busy",
        "the server is busy; send the request again after %s s".formatted(seconds),
        Map.of("Retry-After", Integer.toString(seconds)));
  }

  static HttpProblem headersTooLarge() {
    return new HttpProblem(431, "headers_too_large", "the request's header is too large");
  }

  static HttpProblem internal() {
    return new HttpProblem(500, "internal", "the server failed; what it prints on stderr says why");
  }

  static HttpProblem unavailable(String message) {
    return new HttpProblem(501, "unavailable", message);
  }

  static HttpProblem stopping() {
    return new HttpProblem(503, "stopping", "the server is stopping");
  }

  Answer answer() {
    var json = new LinkedHashMap<String, Object>();
    json.put("error", code);
    json.put("message", String.valueOf(getMessage()));
    var answer = Answer.json(status, json);
    return new Answer(answer.status(), answer.type(), answer.body(), headers);
  }
}
