package toco.data;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Writes the pickle, protocol 3, of a numpy array of shape () whose only object is a dict from
/// name to an array. The names of numpy 1 are used, which numpy 2 still resolves.
final class NumpyPickler {
  // where recurring objects are kept in the reader's memo
  private static final int RECONSTRUCT = 0;
  private static final int NDARRAY = 1;
  private static final int DTYPE = 2;
  private static final int FIRST_ELEMENT_TYPE = 3;

  private final ByteArrayOutputStream out;
  private final List<String> elementTypes = new ArrayList<>(); // in the order of their memos

  private NumpyPickler(ByteArrayOutputStream out) {
    this.out = out;
  }

  static void write(Map<String, NumpyArray> byName, ByteArrayOutputStream out) {
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

  private NumpyPickler dict(Map<String, NumpyArray> byName) {
    op('}').op('(');
    byName.forEach((name, array) -> text(name).array(array));
    return op('u');
  }

  private NumpyPickler array(NumpyArray array) {
    recall(RECONSTRUCT).recall(NDARRAY).emptyArray();
    op('(').number(1).shape(array.shape());
    int known = elementTypes.indexOf(array.elementType());
    if (known >= 0) {
      recall(FIRST_ELEMENT_TYPE + known);
    } else {
      dtype(array.elementType(), "<", 0).remember(FIRST_ELEMENT_TYPE + elementTypes.size());
      elementTypes.add(array.elementType());
    }
    return op(0x89).bytes(array.data()).op('t').op('b');
  }

  /// A tuple of one to three numbers, for each length of which there is an opcode.
  private NumpyPickler shape(List<Integer> sizes) {
    sizes.forEach(this::number);
    return op(0x84 + sizes.size());
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

  private NumpyPickler bytes(byte[] values) {
    op('B');
    out.writeBytes(OneHotNpy.littleEndian(4, values.length));
    out.writeBytes(values);
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
