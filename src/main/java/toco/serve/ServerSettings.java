package toco.serve;

import java.util.Map;

/// Limits of the JDK's HTTP server, which reads them from system properties once in a process. One
/// that is set already stays.
final class ServerSettings {
  /// Of a request. Beyond [#MAX_HEADER_BYTES] and [#MAX_HEADERS] it is answered with 431; beyond
  /// these, which are the JDK's to check, its connection is closed.
  private static final int HEADER_BYTES = 64 << 10;

  private static final int HEADERS = 600;
  static final int MAX_HEADER_BYTES = 16 << 10;
  static final int MAX_HEADERS = 64;
  private static final int CONNECTIONS = 512;
  private static final int REQUEST_SECONDS = 40; // header and body
  private static final int IDLE_SECONDS = 30;
  private static final int DRAINED_BYTES = 64 << 10; // of a body that nobody reads
  private static final int ANSWER_SECONDS = 600; // waiting in the queue included

  private ServerSettings() {}

  static void apply() {
    Map.of(
            "jdk.httpserver.maxConnections", CONNECTIONS,
            "sun.net.httpserver.maxReqHeaderSize", HEADER_BYTES,
            "sun.net.httpserver.maxReqHeaders", HEADERS,
            "sun.net.httpserver.maxReqTime", REQUEST_SECONDS,
            "sun.net.httpserver.maxRspTime", ANSWER_SECONDS,
            "sun.net.httpserver.idleInterval", IDLE_SECONDS,
            "sun.net.httpserver.drainAmount", DRAINED_BYTES)
        .forEach((name, value) -> setIfAbsent(name, Integer.toString(value)));
    setIfAbsent("sun.net.httpserver.nodelay", "true");
  }

  private static void setIfAbsent(String name, String value) {
    if (System.getProperty(name) == null) {
      System.setProperty(name, value);
    }
  }
}
