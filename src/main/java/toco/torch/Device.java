package toco.torch;

/// The CPU or a GPU.
///
/// @param kind CPU or CUDA
/// @param index the GPU's number, or −1 for the current one; −1 for the CPU
public record Device(Kind kind, int index) {
  /// The CPU.
  public static final Device CPU = new Device(Kind.CPU, -1);

  /// The first GPU.
  public static final Device CUDA = new Device(Kind.CUDA, 0);

  /// The kinds of device.
  public enum Kind {
    CPU,
    CUDA
  }

  /// @throws IllegalArgumentException for an index below −1
  public Device {
    if (index < -1) {
      throw new IllegalArgumentException("device index must be ≥ -1, got " + index);
    }
  }

  /// A GPU by its number; −1 is the current one.
  public static Device cuda(int index) {
    return new Device(Kind.CUDA, index);
  }

  /// Parses `cpu`, `cuda` or `cuda:1`.
  public static Device parse(String text) {
    if (text.equals("cpu")) {
      return CPU;
    }
    if (text.equals("cuda")) {
      return CUDA;
    }
    if (text.matches("cuda:\\d{1,3}")) {
      return cuda(Integer.parseInt(text.substring(5)));
    }
    throw new IllegalArgumentException("device must be cpu, cuda or cuda:N, got '" + text + "'");
  }

  /// Whether it is the CPU, whose memory Java can access without a copy.
  public boolean isCpu() {
    return kind == Kind.CPU;
  }

  @Override
  public String toString() {
    return kind == Kind.CPU ? "cpu" : index < 0 ? "cuda" : "cuda:" + index;
  }

  int type() {
    return switch (kind) {
      case CPU -> 0;
      case CUDA -> 1;
    };
  }

  static Device of(long type, long index) {
    return switch ((int) type) {
      case 0 -> CPU;
      case 1 -> cuda((int) index);
      default ->
          throw new TorchException(
              TorchException.Kind.NOT_IMPLEMENTED,
              ("the tensor's device, of LibTorch's type %s, is not supported; expected cpu (0) or "
                      + "cuda (1)")
                  .formatted(type));
    };
  }
}
