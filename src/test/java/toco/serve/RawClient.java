package toco.serve;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/// Sends bytes that no client library would, and reads what comes back.
final class RawClient {
  private static final int PATIENCE_MS = 30_000;

  private final int port;

  RawClient(PageServer server) {
    port = URI.create(server.url()).getPort();
  }

  int port() {
    return port;
  }

  Socket open() throws IOException {
    var socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout(PATIENCE_MS);
    return socket;
  }

  /// The status of the answer; 0 if the server closed the connection without one.
  int status(byte[] request) throws IOException {
    try (var socket = open()) {
      try {
        socket.getOutputStream().write(request);
        socket.getOutputStream().flush();
      } catch (IOException e) {
        // the server may have answered and closed before it took everything
      }
      return status(socket);
    }
  }

  /// The same for bytes after which nothing more comes.
  int statusOfEnded(byte[] request) throws IOException {
    try (var socket = open()) {
      socket.getOutputStream().write(request);
      socket.shutdownOutput();
      return status(socket);
    } catch (SocketException e) {
      return 0; // closed before everything was sent
    }
  }

  int status(String request) throws IOException {
    return status(request.getBytes(StandardCharsets.ISO_8859_1));
  }

  /// The status of the answer that comes on a connection; 0 if it is closed without one.
  static int status(Socket socket) throws IOException {
    var line = new ByteArrayOutputStream();
    try {
      for (int b = socket.getInputStream().read(); b >= 0 && b != '\n'; ) {
        line.write(b);
        b = socket.getInputStream().read();
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("no answer within %s ms".formatted(PATIENCE_MS), e);
    } catch (IOException e) {
      return 0; // reset
    }
    var words = line.toString(StandardCharsets.ISO_8859_1).split(" ");
    return words.length > 1 ? Integer.parseInt(words[1]) : 0;
  }

  /// A request with these header lines and this body.
  byte[] request(String start, String headers, byte[] body) {
    var head =
        "%s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n%s\r\n"
            .formatted(start, port, headers);
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
    bytes.writeBytes(body);
    return bytes.toByteArray();
  }

  static byte[] noise(Random random, int length) {
    var bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
