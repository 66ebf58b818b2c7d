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
  /// Two float16 numbers, as PyTorch's `torch.complex32`; few operators take it.
  COMPLEX32(8, 4, "complex32"),
  COMPLEX64(9, 8, "complex64"),
  COMPLEX128(10, 16, "complex128"),
  BOOL(11, 1, "bool"),
  BFLOAT16(15, 2, "bfloat16"),
  FLOAT8_E5M2(23, 1, "float8_e5m2"),
  FLOAT8_E4M3FN(24, 1, "float8_e4m3fn"),
  FLOAT8_E5M2FNUZ(25, 1, "float8_e5m2fnuz"),
  FLOAT8_E4M3FNUZ(26, 1, "float8_e4m3fnuz"),
  UINT16(27, 2, "uint16"),
  UINT32(28, 4, "uint32"),
  UINT64(29, 8, "uint64"),
  FLOAT8_E8M0FNU(44, 1, "float8_e8m0fnu");

  private static final DType[] BY_CODE = new DType[45];

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

  /// Whether the elements are floating-point numbers, `torch.is_floating_point`. Tensors of these
  /// types, and complex ones, can require gradients.
  public boolean isFloatingPoint() {
    return torchName.startsWith("float") || this == BFLOAT16;
  }

  /// Whether the elements are complex numbers, `torch.is_complex`.
  public boolean isComplex() {
    return torchName.startsWith("complex");
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
