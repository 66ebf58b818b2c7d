package toco.train;

import org.jspecify.annotations.Nullable;

/// A run that cannot start or continue, in one line that names the remedy.
public final class TrainingException extends RuntimeException {
  private static final long serialVersionUID = 1;

  TrainingException(String message) {
    super(message);
  }

  TrainingException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
