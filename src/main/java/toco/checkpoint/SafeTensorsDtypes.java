package toco.checkpoint;

import org.jspecify.annotations.Nullable;
import toco.torch.DType;

/// The names of dtypes in safetensors files.
final class SafeTensorsDtypes {
  private SafeTensorsDtypes() {}

  /// The dtype of a code; null if LibTorch has no such one.
  static @Nullable DType dtype(String code) {
    for (var dtype : DType.values()) {
      if (code.equals(codeOrNull(dtype))) {
        return dtype;
      }
    }
    return null;
  }

  /// The code of a dtype.
  ///
  /// @throws IllegalArgumentException if the format has none
  static String code(DType dtype) {
    var code = codeOrNull(dtype);
    if (code == null) {
      throw new IllegalArgumentException(
          "safetensors has no %s; convert it to another dtype first".formatted(dtype));
    }
    return code;
  }

  private static @Nullable String codeOrNull(DType dtype) {
    return switch (dtype) {
      case UINT8 -> "U8";
      case INT8 -> "I8";
      case INT16 -> "I16";
      case INT32 -> "I32";
      case INT64 -> "I64";
      case FLOAT16 -> "F16";
      case FLOAT32 -> "F32";
      case FLOAT64 -> "F64";
      case BOOL -> "BOOL";
      case BFLOAT16 -> "BF16";
      case COMPLEX64 -> "C64";
      case FLOAT8_E5M2 -> "F8_E5M2";
      case FLOAT8_E4M3FN -> "F8_E4M3";
      case FLOAT8_E8M0FNU -> "F8_E8M0";
      case UINT16 -> "U16";
      case UINT32 -> "U32";
      case UINT64 -> "U64";
      case COMPLEX32, COMPLEX128, FLOAT8_E5M2FNUZ, FLOAT8_E4M3FNUZ -> null;
    };
  }
}
