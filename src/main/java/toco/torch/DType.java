package toco.torch;

import java.util.Arrays;

/// Element types of tensors, with PyTorch's names and numbers.
public enum DType {
  UINT8(0, 1, "uint8"),
  INT8(1, 1, "int8"),
  INT16(2, 2, "int16"),
  INT32(3, 4, "int32"),
  INT64(4, 8, "int64"),
  FLOAT16(5, 2, "float16"),
  FLOAT32(6, 4, "float32"),
  FLOAT64(7, 8, "float64"),
  BOOL(11, 1, "bool"),
  BFLOAT16(15, 2, "bfloat16");

  private static final DType[] BY_CODE = new DType[16];

  static {
    for (var type : values()) {
      BY_CODE[type.code] = type;
    }
  }

  final int code;
  private final int byteSize;
  private final String torchName;

  DType(int code, int byteSize, String torchName) {
    this.code = code;
    this.byteSize = byteSize;
    this.torchName = torchName;
  }

  /// The size of one element in bytes.
  public int byteSize() {
    return byteSize;
  }

  /// Whether tensors of this type can require gradients.
  public boolean isFloatingPoint() {
    return switch (this) {
      case FLOAT16, FLOAT32, FLOAT64, BFLOAT16 -> true;
      case UINT8, INT8, INT16, INT32, INT64, BOOL -> false;
    };
  }

  /// PyTorch's name, such as `float32`.
  @Override
  public String toString() {
    return torchName;
  }

  static DType ofCode(long code) {
    var type = code >= 0 && code < BY_CODE.length ? BY_CODE[(int) code] : null;
    if (type == null) {
      throw new TorchException(
          TorchException.Kind.TYPE,
          ("the tensor's dtype, PyTorch's scalar type %s, is not supported; convert it to one of"
                  + " %s")
              .formatted(code, Arrays.toString(values())));
    }
    return type;
  }
}
