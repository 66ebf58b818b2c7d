package toco.download;

import java.io.IOException;
import java.io.InputStream;
import java.net.Authenticator;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Requests files from web servers, through the proxies and with the certificates of the JVM.
final class WebServer implements AutoCloseable {
  private static final int MAX_REDIRECTS = 10;
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
  private static final Pattern RANGE = Pattern.compile("bytes (?:(\\d+)-\\d+|\\*)/(\\d+|\\*)");

  private final HttpClient client;
  private final ProxySettings proxies;
  private final Map<String, String> tokens;
  private final Duration answerLimit;

  /// @param tokens access tokens by the origin that they belong to, such as `https://example.org`
  /// @param answerLimit how long to wait for an answer
  WebServer(
      Map<String, String> environment,
      Map<String, String> tokens,
      Duration connectLimit,
      Duration answerLimit) {
    proxies = new ProxySettings(environment);
    this.tokens = Map.copyOf(tokens);
    this.answerLimit = answerLimit;
    var builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER) // because of the tokens
            .connectTimeout(connectLimit)
            .proxy(proxies);
    var authenticator = Authenticator.getDefault();
    client = (authenticator == null ? builder : builder.authenticator(authenticator)).build();
  }

  /// Requests a file from some position on.
  ///
  /// @param version of the file whose first bytes are known; if the server has another one, it
  ///   answers with the whole file. Empty: whichever it has
  /// @throws Unavailable saying why there is no answer with the file
  Reply open(URI uri, long offset, String version) throws Unavailable, InterruptedException {
    var at = uri;
    long from = offset;
    @Nullable Checksum stated = null;
    for (int i = 0; i <= MAX_REDIRECTS; i++) {
      var response = send(at, from, version);
      var headers = response.headers();
      if (stated == null) {
        stated = linkedChecksum(headers.firstValue("X-Linked-Etag").orElse(""));
      }
      var redirect = headers.firstValue("Location");
      if (response.statusCode() / 100 == 3 && redirect.isPresent()) {
        close(response);
        at = redirected(at, redirect.get());
      } else if (from > 0 && !answersRange(response, from)) {
        close(response);
        from = 0;
      } else {
        return reply(at, response, from, stated);
      }
    }
    throw Unavailable.forGood("it redirects more than %s times".formatted(MAX_REDIRECTS));
  }

  /// Hugging Face states the SHA-256 of a large file in the redirect to where the file is.
  private static @Nullable Checksum linkedChecksum(String etag) {
    var hex = etag.replaceAll("^W/|\"", "");
    return hex.matches("[0-9a-f]{64}") ? Checksum.sha256(hex) : null;
  }

  private static URI redirected(URI from, String location) throws Unavailable {
    URI to;
    try {
      to = from.resolve(location.replace(" ", "%20"));
    } catch (IllegalArgumentException e) {
      throw Unavailable.forGood("it redirects to '%s', which is no URL".formatted(location));
    }
    boolean isSafe = "https".equals(to.getScheme());
    if (to.getHost() == null || !(isSafe || to.getScheme().equals(from.getScheme()))) {
      throw Unavailable.forGood("it redirects to %s, which is not https".formatted(to));
    }
    return to;
  }

  private HttpResponse<InputStream> send(URI uri, long offset, String version)
      throws Unavailable, InterruptedException {
    try {
      var request =
          HttpRequest.newBuilder(uri)
              .timeout(answerLimit)
              .header("Accept-Encoding", "identity")
              .header("User-Agent", "toco");
      proxies.authorization(uri).ifPresent(it -> request.header("Proxy-Authorization", it));
      Optional.ofNullable(tokens.get(origin(uri)))
          .ifPresent(token -> request.header("Authorization", "Bearer " + token));
      if (offset > 0) {
        request.header("Range", "bytes=%s-".formatted(offset));
        if (!version.isEmpty()) {
          request.header("If-Range", version);
        }
      }
      return client.send(request.build(), BodyHandlers.ofInputStream());
    } catch (IllegalArgumentException e) { // a proxy that cannot be used, among others
      throw Unavailable.forGood(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw ConnectionFailure.of(uri, e, answerLimit);
    }
  }

  private static String origin(URI uri) {
    var port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    return "%s://%s%s".formatted(uri.getScheme(), uri.getHost(), port).toLowerCase(Locale.ROOT);
  }

  private static Reply reply(
      URI uri, HttpResponse<InputStream> response, long offset, @Nullable Checksum stated)
      throws Unavailable {
    var headers = response.headers();
    var version = version(response);
    int status = response.statusCode();
    if (status == 200) {
      var total = headers.firstValueAsLong("Content-Length").orElse(-1);
      return new Reply(response.body(), 0, total, version, stated);
    }
    if (status == 206 || status == 416) {
      return new Reply(response.body(), offset, range(response).total(), version, stated);
    }
    close(response);
    throw refusal(uri, response);
  }

  /// Whether a server that answers with a part of the file has the right one: from the offset to
  /// the end, or nothing because the offset is the end.
  private static boolean answersRange(HttpResponse<?> response, long offset) {
    return switch (response.statusCode()) {
      case 206 -> range(response).start() == offset;
      case 416 -> range(response).total() == offset;
      default -> true;
    };
  }

  private record Range(long start, long total) {}

  private static Range range(HttpResponse<?> response) {
    var range = RANGE.matcher(response.headers().firstValue("Content-Range").orElse(""));
    return range.matches()
        ? new Range(number(range.group(1)), number(range.group(2)))
        : new Range(-1, -1);
  }

  private static long number(@Nullable String digits) {
    return digits == null || !digits.matches("\\d{1,18}") ? -1 : Long.parseLong(digits);
  }

  /// An ETag that stands for the same bytes, or else the time of the last change.
  private static String version(HttpResponse<?> response) {
    return response
        .headers()
        .firstValue("ETag")
        .filter(etag -> etag.startsWith("\""))
        .or(() -> response.headers().firstValue("Last-Modified"))
        .orElse("");
  }

  private static Unavailable refusal(URI uri, HttpResponse<?> response) {
    int status = response.statusCode();
    return switch (status) {
      case 401, 403 ->
          Unavailable.forGood("access is refused (HTTP %s)%s".formatted(status, accessRemedy(uri)));
      case 404, 410 -> Unavailable.forGood("there is no such file (HTTP %s)".formatted(status));
      case 407 ->
          Unavailable.forGood(
              "the proxy asks for a user (HTTP 407): https_proxy=http://USER:PASSWORD@HOST:PORT");
      case 408, 425, 429, 500, 502, 503, 504 -> busy(status, response);
      default -> Unavailable.forGood("HTTP %s".formatted(status));
    };
  }

  private static String accessRemedy(URI uri) {
    if (uri.getRawQuery() != null) {
      return "; a personal link expires: ask for a new one";
    }
    return uri.getHost().equalsIgnoreCase("huggingface.co")
        ? "; accept the licence on the model's page and set HF_TOKEN to your access token"
        : "";
  }

  private static Unavailable busy(int status, HttpResponse<?> response) {
    var pause = pause(response.headers().firstValue("Retry-After").orElse(""));
    return pause != null && pause.compareTo(LONGEST_PAUSE) > 0
        ? Unavailable.forGood(
            "HTTP %s, to be tried again after %s s".formatted(status, pause.toSeconds()))
        : Unavailable.forNow("HTTP %s".formatted(status), pause);
  }

  /// Seconds, or a date.
  private static @Nullable Duration pause(String text) {
    if (text.matches("\\d{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(text));
    }
    try {
      var date = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
      var pause = Duration.between(Instant.now(), date.toInstant());
      return pause.isNegative() ? Duration.ZERO : pause;
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  private static void close(HttpResponse<InputStream> response) {
    try (var _ = response.body()) { // null for a proxy's refusal
      // nothing of its text is needed
    } catch (IOException e) {
      // it is closed
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
