package toco.download;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A location that does not give the file.
final class Unavailable extends IOException {
  /// Whether the next attempt may succeed, as after a cut connection.
  final boolean mayPass;

  /// How long the server asks to wait; null if it does not.
  final @Nullable Duration pause;

  private Unavailable(String reason, boolean mayPass, @Nullable Duration pause) {
    super(reason);
    this.mayPass = mayPass;
    this.pause = pause;
  }

  static Unavailable forGood(String reason) {
    return new Unavailable(reason, false, null);
  }

  static Unavailable forNow(String reason) {
    return new Unavailable(reason, true, null);
  }

  static Unavailable forNow(String reason, @Nullable Duration pause) {
    return new Unavailable(reason, true, pause);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
