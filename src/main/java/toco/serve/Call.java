package toco.serve;

import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import toco.host.TcpConnections;

/// A request to a route.
///
/// @param exchange of the JDK's server
/// @param path the parts of the path that the route leaves open, by name
/// @param reading time in which the body must have arrived
/// @param memory for the body
record Call(
    HttpExchange exchange,
    Map<String, String> path,
    Query query,
    Duration reading,
    BodyMemory.Part memory)
    implements Workers.Client {
  private static final int CHUNK_BYTES = 1 << 16;
  private static final long COPIES = 3; // a buffer that doubles, and the result

  /// A part of the path.
  String part(String name) {
    var value = path.get(name);
    if (value == null) {
      throw new IllegalStateException("the route has no part " + name);
    }
    return value;
  }

  /// The media type of the body, without parameters, in lower case; empty if there is none.
  String contentType() {
    var type = exchange.getRequestHeaders().getFirst("Content-Type");
    return type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
  }

  /// The whole body. Memory grows with what has arrived, not with what is announced.
  ///
  /// @param most bytes that are taken
  /// @throws HttpProblem if it is larger, or there is no memory left for it now
  /// @throws IOException if the client closed the connection, or was too slow, which closes it too
  byte[] body(long most) throws IOException {
    var announced = announced();
    if (announced.isPresent() && announced.getAsLong() > most) {
      throw tooLarge(most);
    }
    var body = new ByteArrayOutputStream();
    try (var _ = Deadline.in(reading)) {
      var stream = exchange.getRequestBody();
      var chunk = new byte[CHUNK_BYTES];
      for (int read = stream.read(chunk); read >= 0; read = stream.read(chunk)) {
        if (body.size() + (long) read > most) {
          throw tooLarge(most);
        }
        memory.take(COPIES * read);
        body.write(chunk, 0, read);
      }
    }
    if (announced.isPresent() && body.size() != announced.getAsLong()) {
      throw HttpProblem.badRequest(
          "the body has %s bytes, but Content-Length says %s"
              .formatted(body.size(), announced.getAsLong()));
    }
    return body.toByteArray();
  }

  private OptionalLong announced() {
    var text = exchange.getRequestHeaders().getFirst("Content-Length");
    return text == null || !text.matches("\\d{1,18}")
        ? OptionalLong.empty()
        : OptionalLong.of(Long.parseLong(text));
  }

  private static HttpProblem tooLarge(long most) {
    return HttpProblem.tooLarge(
        "the body has more than %s bytes; send a smaller image, or raise --max-upload-mb"
            .formatted(most));
  }

  /// Whether the client still waits for the answer.
  @Override
  public boolean isThere() {
    return !TcpConnections.isClosedByPeer(exchange.getLocalAddress(), exchange.getRemoteAddress());
  }

  /// All values of a header.
  List<String> header(String name) {
    var values = exchange.getRequestHeaders().get(name);
    return values == null ? List.of() : values;
  }
}
