package toco.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The few numpy objects that a labels file is made of, rebuilt from what its pickle says of them.
sealed interface NumpyValue {
  /// An element type: kind `f`, `i`, `u`, `b`, `U`, `S` or `O`, and bytes an element.
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

    /// The element at a buffer's position, as a Double or a String.
    Object element(ByteBuffer data) {
      data.order(order);
      return switch (kind) {
        case 'U', 'S' -> {
          var bytes = new byte[itemBytes];
          data.get(bytes);
          String utf32 = order == ByteOrder.BIG_ENDIAN ? "UTF-32BE" : "UTF-32LE";
          String charset = kind == 'U' ? utf32 : "ISO-8859-1";
          yield new String(bytes, Charset.forName(charset)).replaceAll("\0+$", "");
        }
        case 'f' ->
            switch (itemBytes) {
              case 2 -> (double) Float.float16ToFloat(data.getShort());
              case 4 -> (double) data.getFloat();
              case 8 -> data.getDouble();
              default -> throw unsupported();
            };
        default ->
            switch (itemBytes) {
              case 1 -> kind == 'i' ? (double) data.get() : (double) (data.get() & 0xFF);
              case 2 ->
                  kind == 'i' ? (double) data.getShort() : (double) (data.getShort() & 0xFFFF);
              case 4 ->
                  kind == 'i' ? (double) data.getInt() : (double) (data.getInt() & 0xFFFFFFFFL);
              case 8 -> (double) data.getLong();
              default -> throw unsupported();
            };
      };
    }

    private IllegalArgumentException unsupported() {
      return new IllegalArgumentException("element type '" + kind + itemBytes + "'");
    }
  }

  /// An array; its fields are filled when its state is read.
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
      throw new IllegalArgumentException("an array of other things than one dict");
    }

    /// The values of a one-dimensional array.
    float[] toFloats() {
      if (shape.size() != 1 || !(data instanceof byte[] bytes) || dtype == null) {
        throw new IllegalArgumentException("a label that is no array of numbers, of one dimension");
      }
      var buffer = ByteBuffer.wrap(bytes);
      long count = ((Number) shape.getFirst()).longValue();
      if (dtype.itemBytes < 1 || count < 0 || count * dtype.itemBytes != bytes.length) {
        throw new IllegalArgumentException("a label array of the wrong length");
      }
      var floats = new float[(int) count];
      for (int i = 0; i < floats.length; i++) {
        if (!(dtype.element(buffer) instanceof Double value)) {
          throw new IllegalArgumentException("a label of text instead of numbers");
        }
        floats[i] = value.floatValue();
      }
      return floats;
    }
  }

  /// What a pickle may name. Naming anything else ends the reading.
  enum Callable implements NumpyValue {
    RECONSTRUCT,
    SCALAR,
    FROM_BUFFER,
    NDARRAY,
    DTYPE,
    ENCODE,
    BYTES;

    static Callable named(String module, String name) {
      // numpy 2 moved `numpy.core` to `numpy._core`
      return switch (module.replace("numpy._core", "numpy.core") + " " + name) {
        case "numpy.core.multiarray _reconstruct" -> RECONSTRUCT;
        case "numpy.core.multiarray scalar" -> SCALAR;
        case "numpy.core.numeric _frombuffer" -> FROM_BUFFER;
        case "numpy ndarray" -> NDARRAY;
        case "numpy dtype" -> DTYPE;
        case "_codecs encode" -> ENCODE;
        case "builtins bytes", "__builtin__ bytes" -> BYTES;
        default ->
            throw new IllegalArgumentException(
                "a reference to %s.%s, which a labels file has no use for".formatted(module, name));
      };
    }
  }
}
