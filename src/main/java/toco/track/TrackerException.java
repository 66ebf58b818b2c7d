package toco.track;

import java.util.function.Consumer;

/// The tracker's server is away, does not answer or refuses. The message is one line.
public final class TrackerException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final int LONGEST = 300;

  private final int status;

  TrackerException(String message) {
    super(message);
    status = 0;
  }

  TrackerException(int status, String message, Throwable cause) {
    super(oneLine(message), cause);
    this.status = status;
  }

  /// The same with the server's address.
  TrackerException at(String server) {
    return new TrackerException(
        status,
        "MLflow at %s: %s; run this again when the server answers".formatted(server, getMessage()),
        this);
  }

  /// Whether the server did not like the content, and would not like it later either.
  boolean isRefusal() {
    return switch (status) {
      case 401, 403, 404, 408, 425, 429 -> false; // of names, tokens, servers and their load
      default -> status >= 400 && status < 500;
    };
  }

  /// Sends something; if the server refuses it, it is left out, and the reason noted.
  static void noteIfRefused(Runnable request, Consumer<String> notes) {
    try {
      request.run();
    } catch (TrackerException e) {
      if (!e.isRefusal()) {
        throw e;
      }
      notes.accept("MLflow refuses a part of what is sent: " + e.getMessage());
    }
  }

  /// Whether the server answered that this client may not do this, or that there is no such thing.
  boolean isOfClient() {
    return status >= 400 && status < 500;
  }

  boolean isMissing() {
    return status == 404;
  }

  private static String oneLine(String message) {
    var line = message.strip().replaceAll("[\\s\\p{Cntrl}]+", " ");
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
  }
}
