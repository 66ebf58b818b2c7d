package toco.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/// An array in numpy's memory layout, row-major and little-endian, for [NumpyDict].
///
/// @param elementType numpy's code: `f4` or `i8`
/// @param shape one to three sizes
/// @param data the bytes of all elements; not copied
@SuppressWarnings("ArrayRecordComponent") // never compared
public record NumpyArray(String elementType, List<Integer> shape, byte[] data) {
  public NumpyArray {
    shape = List.copyOf(shape);
    if (shape.isEmpty() || shape.size() > 3) {
      throw new IllegalArgumentException("an array has 1 to 3 dimensions here, got " + shape);
    }
    long bytes = Integer.parseInt(elementType.substring(1));
    for (int size : shape) {
      bytes *= size;
    }
    if (bytes != data.length) {
      throw new IllegalArgumentException(
          "an array %s of %s takes %s bytes, got %s"
              .formatted(shape, elementType, bytes, data.length));
    }
  }

  /// A float32 array with a copy of the values.
  public static NumpyArray of(float[] values, int... shape) {
    var bytes = new byte[Math.multiplyExact(values.length, Float.BYTES)];
    littleEndian(bytes).asFloatBuffer().put(values);
    return new NumpyArray("f4", boxed(shape), bytes);
  }

  /// An int64 array with a copy of the values.
  public static NumpyArray of(long[] values, int... shape) {
    var bytes = new byte[Math.multiplyExact(values.length, Long.BYTES)];
    littleEndian(bytes).asLongBuffer().put(values);
    return new NumpyArray("i8", boxed(shape), bytes);
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static List<Integer> boxed(int[] shape) {
    return Arrays.stream(shape).boxed().toList();
  }
}
