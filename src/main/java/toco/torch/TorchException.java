package toco.torch;

/// A failure inside LibTorch or the bridge, with LibTorch's own message.
public final class TorchException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// The classes of failure, in the order of the C ABI's status codes (`TT_OUT_OF_MEMORY` and on).
  public enum Kind {
    OUT_OF_MEMORY,
    INDEX,
    TYPE,
    VALUE,
    NOT_IMPLEMENTED,
    CUDA,
    IO,
    OTHER
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
