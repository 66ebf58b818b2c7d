package toco.torch;

/// A failure inside LibTorch or the bridge, with LibTorch's own message.
public final class TorchException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// The classes of failure, in the order of the C ABI's status codes (`TT_OUT_OF_MEMORY` and on).
  public enum Kind {
    /// Memory of the host or a device is used up.
    OUT_OF_MEMORY,
    /// A position, dimension or name that does not exist.
    INDEX,
    /// An argument of the wrong type or dtype.
    TYPE,
    /// An argument of the right type with an impossible value.
    VALUE,
    /// An operator that is not registered, or not for such tensors.
    NOT_IMPLEMENTED,
    /// A GPU that is missing or failed.
    CUDA,
    /// A file or library that cannot be read, written or loaded.
    IO,
    /// Anything else that LibTorch refuses.
    OTHER,
    /// Another process failed, went away or did not answer in time.
    DISTRIBUTED
  }

  private final Kind kind;

  TorchException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }

  static TorchException ofStatus(int status, String message) {
    var kinds = Kind.values();
    return new TorchException(
        status >= 1 && status <= kinds.length ? kinds[status - 1] : Kind.OTHER, message);
  }
}
