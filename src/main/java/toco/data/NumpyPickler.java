package toco.data;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Writes the pickle, protocol 3, of a numpy array of shape () whose only object is a dict from
/// name to a float32 array. The names of numpy 1 are used, which numpy 2 still resolves.
final class NumpyPickler {
  // where recurring objects are kept in the reader's memo
  private static final int RECONSTRUCT = 0;
  private static final int NDARRAY = 1;
  private static final int DTYPE = 2;
  private static final int FLOAT32 = 3;

  private final ByteArrayOutputStream out;

  private NumpyPickler(ByteArrayOutputStream out) {
    this.out = out;
  }

  static void write(Map<String, float[]> byName, ByteArrayOutputStream out) {
    var pickler = new NumpyPickler(out);
    pickler.op(0x80).raw(3);
    pickler.global("numpy.core.multiarray", "_reconstruct", RECONSTRUCT);
    pickler.global("numpy", "ndarray", NDARRAY);
    pickler.emptyArray();
    pickler.op('(').number(1).op(')').dtype("O8", "|", 63).op(0x89);
    pickler.op(']').dict(byName).op('a');
    pickler.op('t').op('b').op('.');
  }

  /// The arguments of `_reconstruct(ndarray, (0,), b"b")`, whose callables are on the stack.
  private NumpyPickler emptyArray() {
    return number(0).op(0x85).op('C').raw(1).raw('b').op(0x87).op('R');
  }

  private NumpyPickler dict(Map<String, float[]> byName) {
    op('}').op('(');
    boolean first = true;
    for (var entry : byName.entrySet()) {
      text(entry.getKey());
      recall(RECONSTRUCT).recall(NDARRAY).emptyArray();
      op('(').number(1).number(entry.getValue().length).op(0x85);
      if (first) {
        dtype("f4", "<", 0).remember(FLOAT32);
        first = false;
      } else {
        recall(FLOAT32);
      }
      op(0x89).floats(entry.getValue()).op('t').op('b');
    }
    return op('u');
  }

  /// `dtype(code, False, True)` with the state `(3, order, None, None, None, -1, -1, flags)`.
  private NumpyPickler dtype(String code, String order, int flags) {
    if (code.equals("O8")) {
      global("numpy", "dtype", DTYPE);
    } else {
      recall(DTYPE);
    }
    text(code).op(0x89).op(0x88).op(0x87).op('R');
    op('(').number(3).text(order).op('N').op('N').op('N').number(-1).number(-1).number(flags);
    return op('t').op('b');
  }

  private NumpyPickler global(String module, String name, int memo) {
    op('c');
    out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
    return remember(memo);
  }

  private NumpyPickler remember(int memo) {
    return op('q').raw(memo);
  }

  private NumpyPickler recall(int memo) {
    return op('h').raw(memo);
  }

  private NumpyPickler number(int value) {
    op('J');
    out.writeBytes(OneHotNpy.littleEndian(4, value));
    return this;
  }

  private NumpyPickler text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    op('X');
    out.writeBytes(OneHotNpy.littleEndian(4, utf8.length));
    out.writeBytes(utf8);
    return this;
  }

  private NumpyPickler floats(float[] values) {
    var bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    op('B');
    out.writeBytes(OneHotNpy.littleEndian(4, bytes.capacity()));
    out.writeBytes(bytes.array());
    return this;
  }

  private NumpyPickler op(int opcode) {
    return raw(opcode);
  }

  private NumpyPickler raw(int value) {
    out.write(value);
    return this;
  }
}
