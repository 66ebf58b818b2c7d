package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import toco.torch.ffi.TocoTorch;

/// The CPU or an accelerator: a GPU, or a device that a loaded library registers.
///
/// @param kind the CPU, CUDA, or the device of a library
/// @param index the accelerator's number, or −1 for the current one; −1 for the CPU
public record Device(Kind kind, int index) {
  /// The CPU.
  public static final Device CPU = new Device(Kind.CPU, -1);

  /// The first GPU.
  public static final Device CUDA = new Device(Kind.CUDA, 0);

  /// The kinds of device.
  public enum Kind {
    /// The CPU.
    CPU(0),

    /// NVIDIA's GPUs.
    CUDA(1),

    /// LibTorch's PrivateUse1: a device that a library registers, see [LibTorch#loadLibrary]. A
    /// process can have one such kind, whose name the library gives.
    PRIVATE_USE(20);

    final int type; // LibTorch's number

    Kind(int type) {
      this.type = type;
    }

    /// The kind of LibTorch's number.
    ///
    /// @throws TorchException of kind NOT_IMPLEMENTED for any other number
    static Kind of(long type) {
      for (var kind : values()) {
        if (kind.type == type) {
          return kind;
        }
      }
      throw new TorchException(
          TorchException.Kind.NOT_IMPLEMENTED,
          ("the tensor's device, of LibTorch's type %s, is not supported; expected cpu (0), cuda"
                  + " (1), or the device of a loaded library (20)")
              .formatted(type));
    }
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

  /// Parses `cpu`, `cuda` and `cuda:1`, and `NAME` and `NAME:1` of a device that a loaded library
  /// registers. Without a number it is the first one.
  ///
  /// @throws IllegalArgumentException for another text, also for the name of a device whose library
  ///   is not loaded
  public static Device parse(String text) {
    if (text.equals("cpu")) {
      return CPU;
    }
    if (text.equals("cuda")) {
      return CUDA;
    }
    LibTorch.load();
    try (var arena = Arena.ofConfined()) {
      var out = arena.allocate(JAVA_INT, 2);
      var type = out.asSlice(0, JAVA_INT);
      var index = out.asSlice(JAVA_INT.byteSize(), JAVA_INT);
      CallScratch.check(TocoTorch.tt_device_parse(arena.allocateFrom(text), type, index));
      return of(type.get(JAVA_INT, 0), Math.max(0, index.get(JAVA_INT, 0)));
    } catch (TorchException e) {
      if (e.kind() == TorchException.Kind.VALUE) {
        throw new IllegalArgumentException(e.getMessage(), e);
      }
      throw e;
    }
  }

  /// Whether it is the CPU, whose memory Java can access without a copy.
  public boolean isCpu() {
    return kind == Kind.CPU;
  }

  /// As [#parse] reads it, such as `cuda:1`.
  @Override
  public String toString() {
    return switch (kind) {
      case CPU -> "cpu";
      case CUDA -> numbered("cuda");
      case PRIVATE_USE -> numbered(registeredName());
    };
  }

  private String numbered(String name) {
    return index < 0 ? name : name + ":" + index;
  }

  private static String registeredName() {
    var scratch = CallScratch.get();
    CallScratch.check(TocoTorch.tt_device_name(Kind.PRIVATE_USE.type, scratch.out));
    return scratch.out.get(ADDRESS, 0).reinterpret(Long.MAX_VALUE).getString(0);
  }

  int type() {
    return kind.type;
  }

  static Device of(long type, long index) {
    var kind = Kind.of(type);
    return kind == Kind.CPU ? CPU : new Device(kind, (int) index);
  }
}
