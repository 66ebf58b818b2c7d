package toco.download;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A location that does not give the file.
final class Unavailable extends IOException {
  /// Whether another attempt makes sense.
  enum Lasts {
    /// The server has answered, and will not answer otherwise.
    FOR_GOOD,
    /// There is no connection to the server: only if there was one before will there be one again.
    UNTIL_CONNECTED,
    /// The connection was cut, or the server is busy.
    FOR_NOW
  }

  final Lasts lasts;

  /// How long the server asks to wait; null if it does not.
  final @Nullable Duration pause;

  private Unavailable(String reason, Lasts lasts, @Nullable Duration pause) {
    super(reason);
    this.lasts = lasts;
    this.pause = pause;
  }

  static Unavailable forGood(String reason) {
    return new Unavailable(reason, Lasts.FOR_GOOD, null);
  }

  static Unavailable untilConnected(String reason) {
    return new Unavailable(reason, Lasts.UNTIL_CONNECTED, null);
  }

  static Unavailable forNow(String reason) {
    return new Unavailable(reason, Lasts.FOR_NOW, null);
  }

  static Unavailable forNow(String reason, @Nullable Duration pause) {
    return new Unavailable(reason, Lasts.FOR_NOW, pause);
  }

  /// @param wasConnected whether the location has already given some bytes
  boolean mayPass(boolean wasConnected) {
    return lasts == Lasts.FOR_NOW || (lasts == Lasts.UNTIL_CONNECTED && wasConnected);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
