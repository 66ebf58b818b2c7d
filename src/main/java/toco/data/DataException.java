package toco.data;

/// A data set that cannot be used as it is. The message is one line that names the file, what was
/// expected, what was found and what to do.
public final class DataException extends RuntimeException {
  public DataException(String message) {
    super(message);
  }

  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
