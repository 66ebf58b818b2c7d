package toco.torch;

/// The kinds of values on a [CallStack], in the order of the C ABI's codes (`TT_KIND_NONE` and on).
enum ValueKind {
  NONE,
  TENSOR,
  INT,
  DOUBLE,
  BOOL,
  STRING,
  INT_LIST,
  DOUBLE_LIST,
  BOOL_LIST,
  TENSOR_LIST,
  /// Anything else, such as a device or an object of a registered class.
  OBJECT,
  TUPLE,
  DICT,
  /// A list of any other element type.
  LIST,
  /// Two doubles: the real and the imaginary part.
  COMPLEX;

  private static final ValueKind[] BY_CODE = values();

  static ValueKind ofCode(int code) {
    return BY_CODE[code];
  }
}
