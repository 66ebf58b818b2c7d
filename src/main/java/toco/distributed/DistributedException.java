package toco.distributed;

import org.jspecify.annotations.Nullable;

/// Several processes could not start, or go on, together; the message names the cause.
public final class DistributedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public DistributedException(String message) {
    super(message);
  }

  DistributedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
