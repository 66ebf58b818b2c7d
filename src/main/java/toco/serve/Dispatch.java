package toco.serve;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Takes each request to its route, on a virtual thread, and sends the answer.
final class Dispatch implements HttpHandler {
  private static final Duration ENDING = Duration.ofSeconds(5); // for the rest of an unread body
  private static final int BUSY_SECONDS = 1;
  private static final String NO_ROUTE = "other";

  /// No script, style or connection but the page's own, and no frame around it.
  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:;"
              + " connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none';"
              + " form-action 'none'; frame-ancestors 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "X-Frame-Options",
          "DENY",
          "Referrer-Policy",
          "no-referrer",
          "Cross-Origin-Resource-Policy",
          "same-origin",
          "Cross-Origin-Opener-Policy",
          "same-origin");

  private final List<Route> routes;
  private final Gate gate;
  private final ServeLimits limits;
  private final boolean verbose;
  private final Consumer<String> messages;
  private final RequestStats stats;
  private final Semaphore open;
  private final BodyMemory bodies;
  private volatile boolean stopping;

  /// @param routes may grow until the first request
  /// @param tensors how many are live
  Dispatch(
      List<Route> routes,
      Gate gate,
      Workers networkWorkers,
      LongSupplier tensors,
      ServeOptions options,
      Consumer<String> messages) {
    this.routes = routes;
    this.gate = gate;
    this.messages = messages;
    limits = options.limits();
    verbose = options.verbose();
    open = new Semaphore(limits.openRequests());
    bodies = new BodyMemory(4 * limits.uploadBytes());
    stats = RequestStats.of(new RequestStats.Gauges(networkWorkers, limits, open, tensors));
  }

  /// Its own routes.
  List<Route> routes() {
    return List.of(
        new Route("GET", "/api/health", _ -> health()),
        new Route("GET", "/metrics", _ -> stats.answer()));
  }

  List<String> paths() {
    return routes.stream().map(route -> route.method() + " " + route.pattern()).sorted().toList();
  }

  /// Further requests are answered with 503.
  void stop() {
    stopping = true;
  }

  private Answer health() {
    return Answer.json(Map.of("status", "ok"));
  }

  @Override
  public void handle(HttpExchange exchange) {
    long start = System.nanoTime();
    var memory = bodies.part();
    var request = new Request(exchange, memory);
    boolean isAdmitted = open.tryAcquire();
    int status = 0; // the client has gone
    try {
      var answer = isAdmitted ? request.answer() : HttpProblem.busy(BUSY_SECONDS).answer();
      send(exchange, answer);
      status = answer.status();
    } catch (ClientGoneException | IOException e) {
      // nobody reads the answer
    } finally {
      memory.close();
      end(exchange);
      if (isAdmitted) {
        open.release();
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      stats.record(request.route, status, seconds);
      if (verbose) {
        messages.accept(request.line(status, seconds));
      }
    }
  }

  /// A request on its way to its answer.
  private final class Request {
    private final HttpExchange exchange;
    private final BodyMemory.Part memory;
    private String route = NO_ROUTE;

    Request(HttpExchange exchange, BodyMemory.Part memory) {
      this.exchange = exchange;
      this.memory = memory;
    }

    Answer answer() throws IOException {
      try {
        return routed();
      } catch (HttpProblem problem) {
        return problem.answer();
      } catch (ClientGoneException | IOException e) {
        throw e;
      } catch (Exception | Error e) {
        messages.accept("%s failed: %s".formatted(route, verbose ? trace(e) : e.toString()));
        return HttpProblem.internal().answer();
      }
    }

    private Answer routed() throws Exception {
      if (stopping) {
        throw HttpProblem.stopping();
      }
      var uri = exchange.getRequestURI();
      gate.requireSmallHeader(exchange);
      gate.requireHost(exchange);
      if (uri.getRawAuthority() != null || uri.getScheme() != null || uri.getRawPath() == null) {
        throw HttpProblem.badRequest("the request's target must be a path");
      }
      var path = uri.getRawPath();
      var found = find(path);
      route = found.route.pattern();
      boolean isOpen = !path.startsWith("/api/") && !path.equals("/metrics");
      if (!isOpen) {
        gate.requireOwnPage(exchange);
        if (!path.equals("/api/health")) {
          gate.requireToken(exchange);
        }
      }
      var query = Query.parse(uri.getRawQuery());
      var call = new Call(exchange, found.parts, query, limits.reading(), memory);
      return found.route.handler().answer(call);
    }

    private Found find(String path) {
      var method = exchange.getRequestMethod().equals("HEAD") ? "GET" : exchange.getRequestMethod();
      var allowed = new TreeSet<String>();
      for (var candidate : routes) {
        var parts = candidate.match(path);
        if (parts.isPresent()) {
          if (candidate.method().equals(method)) {
            return new Found(candidate, parts.get());
          }
          allowed.add(candidate.method());
        }
      }
      throw allowed.isEmpty()
          ? HttpProblem.notFound("there is nothing here; /openapi.json describes the paths")
          : HttpProblem.method(String.join(", ", allowed));
    }

    private static String trace(Throwable e) {
      var text = new StringWriter();
      e.printStackTrace(new PrintWriter(text));
      return text.toString();
    }

    String line(int status, double seconds) {
      return "%s %s %s %s %s ms"
          .formatted(
              exchange.getRemoteAddress().getAddress().getHostAddress(),
              Query.quoted(exchange.getRequestMethod()),
              Query.quoted(exchange.getRequestURI().getRawPath()),
              status == 0 ? "gone" : Integer.toString(status),
              Math.round(seconds * 1e3));
    }
  }

  private record Found(Route route, Map<String, String> parts) {}

  private void send(HttpExchange exchange, Answer answer) throws IOException {
    var headers = exchange.getResponseHeaders();
    HEADERS.forEach(headers::set);
    headers.set("Content-Type", answer.type());
    headers.set("Cache-Control", "no-store");
    answer.headers().forEach(headers::set);
    boolean isBodyless = exchange.getRequestMethod().equals("HEAD") || answer.status() == 304;
    int length = answer.body().length;
    if (isBodyless && answer.status() != 304) {
      headers.set("Content-Length", Integer.toString(length));
    }
    try (var _ = Deadline.in(limits.writing())) {
      exchange.sendResponseHeaders(answer.status(), isBodyless || length == 0 ? -1 : length);
      if (!isBodyless) {
        exchange.getResponseBody().write(answer.body());
        exchange.getResponseBody().flush();
      }
    }
  }

  private static void end(HttpExchange exchange) {
    try (var _ = Deadline.in(ENDING)) {
      exchange.close();
    }
  }
}
