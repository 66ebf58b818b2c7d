package toco.serve;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;

/// Serves the page with drawn scenes in place of a data set and of networks, so that tests of the
/// page need no LibTorch and can have every failure that they want. The contract is the server's.
final class PageStandIn implements AutoCloseable {
  static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
          + "connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; "
          + "form-action 'none'; frame-ancestors 'none'";

  private final HttpServer server;
  private final StandInApi api = new StandInApi();

  /// Paths with queries of all requests so far.
  final List<String> requests = new CopyOnWriteArrayList<>();

  /// What `GET /api/runs` lists.
  final List<StandInRun> runs = api.runs;

  /// How many of the next uploads are answered with 429.
  final AtomicInteger busy = new AtomicInteger();

  /// Refuses corrections from now on.
  void refuseCorrections() {
    api.savesCorrections = false;
  }

  /// Whether `/api` demands this token.
  volatile String token = "";

  PageStandIn(int port) {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
  }

  /// `java … toco.serve.PageStandIn PORT` serves until it is stopped, to work on the page.
  public static void main(String[] arguments) throws IOException {
    var standIn = new PageStandIn(Integer.parseInt(arguments[0]));
    standIn.runs.addAll(StandInRun.examples());
    System.out.println(standIn.address());
  }

  /// Those that are not for thumbnails, which come whenever they come into view.
  List<String> asked() {
    return requests.stream().filter(path -> !path.endsWith("/thumbnail")).toList();
  }

  /// What was saved for an image.
  JsonNode saved(String id) {
    return api.annotations.get(id);
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var path = exchange.getRequestURI().getPath();
      requests.add(exchange.getRequestURI().toString());
      var body = exchange.getRequestBody().readAllBytes();
      var headers = exchange.getResponseHeaders();
      StandInAnswer answer;
      if (!path.startsWith("/api/")) {
        answer = page(path.equals("/") ? "/index.html" : path);
      } else if (isRefused(exchange)) {
        answer = StandInAnswer.problem(401, "unauthorized", "This server needs its token.");
      } else if (path.equals("/api/images")
          && exchange.getRequestMethod().equals("POST")
          && busy.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
        headers.set("Retry-After", "1");
        answer = StandInAnswer.problem(429, "busy", "The queue is full; try again in 1 s.");
      } else {
        answer = answered(exchange, body);
      }
      headers.set("Content-Type", answer.type());
      headers.set("Content-Security-Policy", POLICY);
      headers.set("X-Content-Type-Options", "nosniff");
      exchange.sendResponseHeaders(
          answer.status(), answer.body().length == 0 ? -1 : answer.body().length);
      exchange.getResponseBody().write(answer.body());
    }
  }

  private StandInAnswer answered(HttpExchange exchange, byte[] body) {
    try {
      return api.answer(exchange.getRequestMethod(), exchange.getRequestURI(), body);
    } catch (IOException | RuntimeException e) {
      e.printStackTrace(); // else the page's failure would not say why
      return StandInAnswer.problem(500, "internal", "The stand-in failed: " + e);
    }
  }

  private boolean isRefused(HttpExchange exchange) {
    var given = exchange.getRequestHeaders().getFirst("Authorization");
    return !token.isEmpty()
        && !exchange.getRequestURI().getPath().equals("/api/health")
        && !("Bearer " + token).equals(given);
  }

  private static StandInAnswer page(String path) throws IOException {
    var name = path.substring(1);
    try (var file = PageStandIn.class.getResourceAsStream("/toco/serve/" + name)) {
      if (name.contains("/") || file == null) {
        return StandInAnswer.problem(404, "not_found", "There is no such file.");
      }
      var types =
          Map.of(
              "html", "text/html; charset=utf-8",
              "css", "text/css",
              "js", "text/javascript",
              "svg", "image/svg+xml");
      var type = types.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "text/plain");
      return new StandInAnswer(200, type, file.readAllBytes());
    }
  }
}
