package toco.distributed;

import org.jspecify.annotations.Nullable;

/// The processes of a job cannot start or continue together; the message names the cause.
public final class DistributedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public DistributedException(String message) {
    super(message);
  }

  DistributedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
