package toco.checkpoint;

import java.util.Map;
import toco.files.PickleGlobals;
import toco.torch.DType;
import toco.torch.Shape;

/// The values in a pickle of weights besides containers, numbers and strings.
sealed interface PickledValue {
  /// A class or function that a pickle may call; none of them runs code of the file.
  enum Function implements PickledValue, PickleGlobals.Global {
    REBUILD_TENSOR,
    REBUILD_PARAMETER,
    REBUILD_FROM_TYPE,
    ORDERED_DICT
  }

  /// A class such as `torch.FloatStorage`, which stands for a dtype.
  record StorageType(DType dtype) implements PickledValue, PickleGlobals.Global {}

  /// A tensor that ToCo has no use for, and the function that would rebuild it.
  ///
  /// @param kind completes "it is …": "a quantized tensor"
  record OtherTensor(String kind) implements PickledValue, PickleGlobals.Global {}

  /// A storage class of elements that ToCo has no type for.
  record OtherStorageType(String dtype, int byteSize)
      implements PickledValue, PickleGlobals.Global {}

  /// An array of elements that ToCo has no type for.
  record OtherStorage(String key, String dtype, long byteSize) implements PickledValue {}

  /// A contiguous array of elements that is kept outside the pickle.
  ///
  /// @param key its name in the archive
  record Storage(String key, DType dtype, long elements) implements PickledValue {}

  /// A tensor as a view of a storage; offset and strides count elements.
  record StoredTensor(Storage storage, long offset, Shape shape, Shape strides)
      implements PickledValue {
    private static final int MAX_DIMS = 64; // LibTorch's
    private static final int MAX_EXPANDED = 1 << 20;

    public StoredTensor {
      if (shape.dims() != strides.dims() || shape.dims() > MAX_DIMS) {
        throw new IllegalArgumentException(
            "a tensor of shape %s with strides %s".formatted(shape, strides));
      }
      boolean negative = offset < 0;
      for (int d = 0; d < shape.dims(); d++) {
        negative |= shape.size(d) < 0 || strides.size(d) < 0;
      }
      if (negative || !fits(storage, offset, shape, strides)) {
        throw new IllegalArgumentException(
            ("a tensor of shape %s with strides %s at %s, which reaches outside its storage "
                    + "of %s elements")
                .formatted(shape, strides, offset, storage.elements()));
      }
    }

    private static boolean fits(Storage storage, long offset, Shape shape, Shape strides) {
      try {
        // an expanded tensor has more elements than its storage; copying it could fill the machine
        return shape.numel() <= Math.max(storage.elements(), MAX_EXPANDED)
            && Math.addExact(offset, span(shape, strides)) <= storage.elements();
      } catch (ArithmeticException e) {
        return false;
      }
    }

    /// The number of elements from the first to the last that the tensor uses, inclusive.
    long span() {
      return span(shape, strides);
    }

    private static long span(Shape shape, Shape strides) {
      long last = 0;
      for (int d = 0; d < shape.dims(); d++) {
        if (shape.size(d) == 0) {
          return 0;
        }
        last = Math.addExact(last, Math.multiplyExact(shape.size(d) - 1, strides.size(d)));
      }
      return last + 1;
    }

    boolean isContiguous() {
      long expected = 1;
      for (int d = shape.dims() - 1; d >= 0; d--) {
        if (shape.size(d) != 1 && strides.size(d) != expected) {
          return shape.numel() == 0;
        }
        expected *= shape.size(d);
      }
      return true;
    }
  }

  /// The dtype of each storage class of the module `torch`.
  Map<String, DType> STORAGE_TYPES =
      Map.of(
          "ByteStorage", DType.UINT8,
          "CharStorage", DType.INT8,
          "ShortStorage", DType.INT16,
          "IntStorage", DType.INT32,
          "LongStorage", DType.INT64,
          "HalfStorage", DType.FLOAT16,
          "FloatStorage", DType.FLOAT32,
          "DoubleStorage", DType.FLOAT64,
          "BoolStorage", DType.BOOL,
          "BFloat16Storage", DType.BFLOAT16);

  /// Storage classes of other element types.
  Map<String, OtherStorageType> OTHER_STORAGE_TYPES =
      Map.of(
          "ComplexHalfStorage", new OtherStorageType("complex32", 4),
          "ComplexFloatStorage", new OtherStorageType("complex64", 8),
          "ComplexDoubleStorage", new OtherStorageType("complex128", 16),
          "QInt8Storage", new OtherStorageType("qint8", 1),
          "QUInt8Storage", new OtherStorageType("quint8", 1),
          "QInt32Storage", new OtherStorageType("qint32", 4),
          "QUInt4x2Storage", new OtherStorageType("quint4x2", 1),
          "QUInt2x4Storage", new OtherStorageType("quint2x4", 1),
          "UntypedStorage", new OtherStorageType("untyped", 1));
}
