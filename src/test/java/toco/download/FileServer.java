package toco.download;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// A web server on this machine, with files, and with the faults that servers and networks have.
public final class FileServer implements AutoCloseable {
  private final HttpServer server;
  private final Map<String, byte[]> files = new HashMap<>();
  private final Deque<Fault> faults = new ArrayDeque<>();

  /// The headers of all requests so far, each also with its `:path`.
  public final List<Headers> requests = Collections.synchronizedList(new ArrayList<>());

  boolean takesRanges = true;
  boolean statesLength = true;
  String etag = "\"first\"";
  String contentType = "application/octet-stream";

  /// What the next request gets instead of the file.
  @FunctionalInterface
  public interface Fault {
    void answer(HttpExchange exchange, byte[] file) throws IOException;
  }

  public FileServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
  }

  public FileServer with(String path, byte[] content) {
    files.put(path, content);
    return this;
  }

  /// The next requests get these, in this order.
  public FileServer failing(Fault... next) {
    faults.addAll(List.of(next));
    return this;
  }

  public String url(String path) {
    return "http://localhost:%s%s".formatted(server.getAddress().getPort(), path);
  }

  int port() {
    return server.getAddress().getPort();
  }

  List<String> header(String name) {
    return requests.stream().map(headers -> headers.getFirst(name)).toList();
  }

  /// Answers with a status and no file.
  static Fault status(int status, String... header) {
    return (exchange, _) -> {
      for (int i = 0; i < header.length; i += 2) {
        exchange.getResponseHeaders().add(header[i], header[i + 1]);
      }
      exchange.sendResponseHeaders(status, -1);
    };
  }

  /// Sends some bytes of what was asked for, then ends the connection.
  public Fault cutAfter(int bytes) {
    return (exchange, file) -> {
      int start = sendHeaders(exchange, file);
      exchange.getResponseBody().write(file, start, bytes);
    };
  }

  /// Sends some bytes of what was asked for, then nothing for a long time.
  Fault stallAfter(int bytes) {
    return (exchange, file) -> {
      cutAfter(bytes).answer(exchange, file);
      exchange.getResponseBody().flush();
      try {
        TimeUnit.SECONDS.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    };
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var headers = new Headers(exchange.getRequestHeaders());
      headers.add(":path", exchange.getRequestURI().toString());
      requests.add(headers);
      var file = files.get(exchange.getRequestURI().getPath());
      var fault = faults.poll();
      if (fault != null) {
        fault.answer(exchange, file == null ? new byte[0] : file);
      } else if (file == null) {
        exchange.sendResponseHeaders(404, -1);
      } else {
        int start = sendHeaders(exchange, file);
        exchange.getResponseBody().write(file, start, file.length - start);
      }
    }
  }

  /// @return the position of the first byte to send
  private int sendHeaders(HttpExchange exchange, byte[] file) throws IOException {
    var asked = exchange.getRequestHeaders();
    var range = asked.getFirst("Range");
    var condition = asked.getFirst("If-Range");
    boolean isPart = takesRanges && range != null && (condition == null || condition.equals(etag));
    int start = isPart ? Integer.parseInt(range.replaceAll("\\D", "")) : 0;
    var headers = exchange.getResponseHeaders();
    headers.add("Content-Type", contentType);
    if (!etag.isEmpty()) {
      headers.add("ETag", etag);
    }
    if (isPart && start >= file.length) {
      headers.add("Content-Range", "bytes */" + file.length);
      exchange.sendResponseHeaders(416, 0);
      return file.length;
    }
    if (isPart) {
      headers.add("Content-Range", "bytes %s-%s/%s".formatted(start, file.length - 1, file.length));
    }
    int length = statesLength ? file.length - start : 0; // 0: chunked
    exchange.sendResponseHeaders(isPart ? 206 : 200, length);
    return start;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
