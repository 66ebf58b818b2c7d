package toco.run;

import org.jspecify.annotations.Nullable;

/// A run's folder cannot be used, read or written. The message is one line and names the remedy.
public final class RunException extends RuntimeException {
  private static final long serialVersionUID = 1;

  RunException(String message) {
    super(message);
  }

  RunException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
