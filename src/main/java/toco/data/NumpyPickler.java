package toco.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import toco.files.PickleWriter;

/// Writes the pickle, protocol 3, of a numpy array of shape () whose only object is a dict from
/// name to array. It uses the module names of numpy 1, which numpy 2 still resolves.
final class NumpyPickler {
  // memo indexes of recurring objects
  private static final int RECONSTRUCT = 0;
  private static final int NDARRAY = 1;
  private static final int DTYPE = 2;
  private static final int FIRST_ELEMENT_TYPE = 3;

  private final PickleWriter out = new PickleWriter();
  private final List<String> elementTypes = new ArrayList<>(); // in the order of their indexes

  private NumpyPickler() {}

  static byte[] pickle(Map<String, NumpyArray> byName) {
    return new NumpyPickler().write(byName);
  }

  private byte[] write(Map<String, NumpyArray> byName) {
    out.protocol(3);
    out.global("numpy.core.multiarray", "_reconstruct").put(RECONSTRUCT);
    out.global("numpy", "ndarray").put(NDARRAY);
    emptyArray();
    out.mark().int32(1).tuple(0); // version, shape ()
    out.global("numpy", "dtype").put(DTYPE);
    dtype("O8", "|", 63);
    out.bool(false).emptyList();
    dict(byName);
    return out.append().tupleFromMark().build().finish();
  }

  /// Calls `_reconstruct(ndarray, (0,), b"b")`, whose first two objects are on the stack.
  private void emptyArray() {
    out.int32(0).tuple(1).shortBytes(new byte[] {'b'}).tuple(3).reduce();
  }

  private void dict(Map<String, NumpyArray> byName) {
    out.emptyDict().mark();
    byName.forEach((name, array) -> {
      out.text(name);
      array(array);
    });
    out.setItems();
  }

  private void array(NumpyArray array) {
    out.get(RECONSTRUCT).get(NDARRAY);
    emptyArray();
    out.mark().int32(1); // version
    array.shape().forEach(out::int32);
    out.tuple(array.shape().size());
    elementType(array.elementType());
    out.bool(false).bytes(array.data()).tupleFromMark().build();
  }

  private void elementType(String code) {
    int known = elementTypes.indexOf(code);
    if (known >= 0) {
      out.get(FIRST_ELEMENT_TYPE + known);
    } else {
      out.get(DTYPE);
      dtype(code, "<", 0);
      out.put(FIRST_ELEMENT_TYPE + elementTypes.size());
      elementTypes.add(code);
    }
  }

  /// Calls `dtype(code, False, True)`, whose class is on the stack, and sets the state `(3, order,
  /// None, None, None, -1, -1, flags)`.
  private void dtype(String code, String order, int flags) {
    out.text(code).bool(false).bool(true).tuple(3).reduce();
    out.mark().int32(3).text(order).none().none().none().int32(-1).int32(-1).int32(flags);
    out.tupleFromMark().build();
  }
}
