package toco.data;

import static toco.files.PickleValues.argument;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.files.PickleGlobals;

/// The numpy objects in the pickle of a labels file.
sealed interface NumpyValue {
  /// An element type: kind `f`, `i`, `u`, `b`, `U`, `S` or `O`, and bytes per element.
  final class DType implements NumpyValue {
    final char kind;
    final int itemBytes;
    ByteOrder order = ByteOrder.LITTLE_ENDIAN;

    /// @param code such as `f4`, `<f4` or `O8`
    DType(String code) {
      boolean ordered = !code.isEmpty() && "<>|=".indexOf(code.charAt(0)) >= 0;
      String plain = ordered ? code.substring(1) : code;
      if (!plain.matches("[fiubUSO][0-9]{0,4}")) {
        throw new IllegalArgumentException("element type '" + code + "'");
      }
      kind = plain.charAt(0);
      int size = plain.length() == 1 ? 8 : Integer.parseInt(plain.substring(1));
      itemBytes = kind == 'U' ? 4 * size : size;
      if (ordered) {
        setOrder(code.substring(0, 1));
      }
    }

    void setOrder(String mark) {
      order = mark.equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    /// Reads the element at the buffer's position, as a Long, a Double or a String.
    Object element(ByteBuffer data) {
      return switch (kind) {
        case 'U', 'S' -> text(data);
        case 'f' -> number(data);
        default -> (long) number(data); // exact up to 2^53
      };
    }

    private String text(ByteBuffer data) {
      var bytes = new byte[itemBytes];
      data.get(bytes);
      String utf32 = order == ByteOrder.BIG_ENDIAN ? "UTF-32BE" : "UTF-32LE";
      String charset = kind == 'U' ? utf32 : "ISO-8859-1";
      return new String(bytes, Charset.forName(charset)).replaceAll("\0+$", "");
    }

    /// Reads the number at the buffer's position.
    double number(ByteBuffer data) {
      data.order(order);
      return switch (kind) {
        case 'U', 'S' -> throw new IllegalArgumentException("a label of text instead of numbers");
        case 'f' ->
            switch (itemBytes) {
              case 2 -> Float.float16ToFloat(data.getShort());
              case 4 -> data.getFloat();
              case 8 -> data.getDouble();
              default -> throw unsupported();
            };
        default ->
            switch (itemBytes) {
              case 1 -> kind == 'i' ? data.get() : data.get() & 0xFF;
              case 2 -> kind == 'i' ? data.getShort() : data.getShort() & 0xFFFF;
              case 4 -> kind == 'i' ? data.getInt() : data.getInt() & 0xFFFFFFFFL;
              case 8 -> data.getLong();
              default -> throw unsupported();
            };
      };
    }

    private IllegalArgumentException unsupported() {
      return new IllegalArgumentException("element type '" + kind + itemBytes + "'");
    }
  }

  /// An array; its fields are set when its state is read.
  final class NdArray implements NumpyValue {
    List<?> shape = List.of();
    @Nullable DType dtype;
    @Nullable Object data; // byte[], or a List for an array of objects

    void set(List<?> shape, DType dtype, @Nullable Object data) {
      this.shape = shape;
      this.dtype = dtype;
      this.data = data;
    }

    /// The only element of an array of objects of shape () or (1,).
    @Nullable Object onlyObject() {
      if (data instanceof List<?> objects && objects.size() == 1) {
        return objects.getFirst();
      }
      throw new IllegalArgumentException("an array of something other than one dict");
    }

    /// The bytes of all elements; 0 for an array of objects.
    long byteSize() {
      return data instanceof byte[] bytes ? bytes.length : 0;
    }

    /// The values of a one-dimensional array, or of one row.
    float[] toFloats() {
      if (data instanceof List<?> objects) {
        return NumpyValue.floats(objects);
      }
      boolean isRow = shape.size() == 1 || (shape.size() == 2 && shape.getFirst().equals(1L));
      if (!isRow || !(data instanceof byte[] bytes) || dtype == null) {
        throw new IllegalArgumentException(
            "a label that is not a one-dimensional array of numbers");
      }
      var buffer = ByteBuffer.wrap(bytes);
      long count = argument(shape, shape.size() - 1, Long.class);
      if (dtype.itemBytes < 1
          || count < 0
          || count > bytes.length
          || count * dtype.itemBytes != bytes.length) {
        throw new IllegalArgumentException("a label array of the wrong length");
      }
      var floats = new float[(int) count];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = (float) dtype.number(buffer);
      }
      return floats;
    }
  }

  /// The numbers in a list of Python.
  static float[] floats(List<?> numbers) {
    var floats = new float[numbers.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] =
          switch (numbers.get(i)) {
            case Boolean flag -> flag ? 1 : 0;
            case Number number -> number.floatValue();
            case String _ ->
                throw new IllegalArgumentException("a label of text instead of numbers");
            default -> throw new IllegalArgumentException("a label that is no list of numbers");
          };
    }
    return floats;
  }

  /// A class or function that the pickle may call; none of them runs code of the file.
  enum Callable implements NumpyValue, PickleGlobals.Global {
    RECONSTRUCT,
    SCALAR,
    FROM_BUFFER,
    NDARRAY,
    DTYPE,
    ENCODE,
    BYTES
  }
}
