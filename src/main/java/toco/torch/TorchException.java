package toco.torch;

/// An error in LibTorch or the bridge, with LibTorch's message.
public final class TorchException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// The kinds of error, in the order of the status codes in the C header (from
  /// `TT_OUT_OF_MEMORY`).
  public enum Kind {
    /// The host or a device is out of memory.
    OUT_OF_MEMORY,
    /// An index, dimension or name does not exist.
    INDEX,
    /// An argument has the wrong type or dtype.
    TYPE,
    /// An argument has the right type and an invalid value.
    VALUE,
    /// An operator is not registered, or not for such tensors.
    NOT_IMPLEMENTED,
    /// A GPU is missing or failed.
    CUDA,
    /// A file or library cannot be read, written or loaded.
    IO,
    /// Any other error of LibTorch.
    OTHER,
    /// Another process failed, exited or timed out.
    DISTRIBUTED
  }

  private final Kind kind;

  TorchException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  TorchException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /// The kind of error.
  public Kind kind() {
    return kind;
  }

  static TorchException ofStatus(int status, String message) {
    var kinds = Kind.values();
    return new TorchException(
        status >= 1 && status <= kinds.length ? kinds[status - 1] : Kind.OTHER, message);
  }
}
