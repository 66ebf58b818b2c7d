package toco.library;

/// LibTorch or the shim cannot be found, unpacked, built or loaded. The message is one line: what,
/// expected, got and the remedy.
public final class LibraryException extends Exception {
  private static final long serialVersionUID = 1;

  LibraryException(String message) {
    super(message);
  }

  /// The message, which is never null.
  public String line() {
    return String.valueOf(getMessage());
  }
}
