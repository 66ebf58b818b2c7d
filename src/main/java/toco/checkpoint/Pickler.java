package toco.checkpoint;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.stream.Collectors;
import toco.checkpoint.PickledValue.StoredTensor;
import toco.torch.DType;
import toco.torch.Shape;

/// Pickles a state dict, protocol 2, to the byte as Python's pickler does for an `OrderedDict` of
/// tensors that torch.save is given.
final class Pickler {
  private static final int BATCH = 1000; // items that Python sets at a time
  private static final String ORDERED_DICT = "collections\nOrderedDict\n";
  private static final String REBUILD = "torch._utils\n_rebuild_tensor_v2\n";
  private static final Map<DType, String> STORAGE_TYPES =
      PickledValue.STORAGE_TYPES.entrySet().stream()
          .collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /// Where Python remembers what it will refer to again: classes, functions and the two texts that
  /// all storages share.
  private final Map<String, Integer> memo = new HashMap<>();

  private int remembered;

  private Pickler() {}

  /// @param tensors by name; their storages are written elsewhere
  static byte[] stateDict(Map<String, StoredTensor> tensors) {
    var pickler = new Pickler();
    pickler.op(0x80, 2);
    pickler.orderedDict();
    var lines = tensors.entrySet().iterator();
    while (lines.hasNext()) {
      pickler.items(lines);
    }
    pickler.out.write('.');
    return pickler.out.toByteArray();
  }

  private void items(Iterator<Map.Entry<String, StoredTensor>> lines) {
    var first = lines.next();
    if (!lines.hasNext()) {
      item(first);
      out.write('s');
      return;
    }
    out.write('(');
    item(first);
    for (int i = 1; i < BATCH && lines.hasNext(); i++) {
      item(lines.next());
    }
    out.write('u');
  }

  private void item(Map.Entry<String, StoredTensor> line) {
    text(line.getKey());
    tensor(line.getValue());
  }

  /// The call of `_rebuild_tensor_v2` with storage, offset, size, stride, requires_grad, hooks.
  private void tensor(StoredTensor tensor) {
    var storage = tensor.storage();
    global(REBUILD);
    out.write('(');
    out.write('(');
    sharedText("storage");
    global("torch\n" + STORAGE_TYPES.get(storage.dtype()) + "\n");
    text(storage.key());
    sharedText("cpu");
    integer(storage.elements());
    out.write('t');
    remember();
    out.write('Q');
    integer(tensor.offset());
    tuple(tensor.shape());
    tuple(tensor.strides());
    out.write(0x89); // False
    orderedDict();
    out.write('t');
    remember();
    out.write('R');
    remember();
  }

  private void orderedDict() {
    global(ORDERED_DICT);
    out.write(')');
    out.write('R');
    remember();
  }

  /// A class or function, named once and referred to from then on.
  private void global(String moduleAndName) {
    if (!recalled(moduleAndName)) {
      out.write('c');
      out.writeBytes(moduleAndName.getBytes(US_ASCII));
      remember(moduleAndName);
    }
  }

  private void sharedText(String value) {
    if (!recalled(value)) {
      memo.put(value, remembered);
      text(value);
    }
  }

  private void text(String value) {
    var bytes = value.getBytes(UTF_8);
    out.write('X');
    number(bytes.length, Integer.BYTES);
    out.writeBytes(bytes);
    remember();
  }

  private void tuple(Shape sizes) {
    int dims = sizes.dims();
    if (dims == 0) {
      out.write(')');
      return;
    }
    if (dims > 3) {
      out.write('(');
    }
    for (long size : sizes.sizes()) {
      integer(size);
    }
    out.write(dims > 3 ? 't' : 0x84 + dims);
    remember();
  }

  /// A number ≥ 0 in the shortest form.
  private void integer(long value) {
    if (value <= 0xFF) {
      op('K', (int) value);
    } else if (value <= 0xFFFF) {
      out.write('M');
      number(value, Short.BYTES);
    } else if (value <= Integer.MAX_VALUE) {
      out.write('J');
      number(value, Integer.BYTES);
    } else {
      int byteSize = BigInteger.valueOf(value).toByteArray().length;
      op(0x8A, byteSize);
      number(value, byteSize);
    }
  }

  private void remember(String key) {
    memo.put(key, remembered);
    remember();
  }

  private void remember() {
    indexed('q', 'r', remembered++);
  }

  private boolean recalled(String key) {
    var index = memo.get(key);
    if (index != null) {
      indexed('h', 'j', index);
    }
    return index != null;
  }

  private void indexed(int narrow, int wide, int index) {
    if (index <= 0xFF) {
      op(narrow, index);
    } else {
      out.write(wide);
      number(index, Integer.BYTES);
    }
  }

  private void op(int opcode, int argument) {
    out.write(opcode);
    out.write(argument);
  }

  private void number(long value, int byteSize) {
    var bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value);
    out.write(bytes.array(), 0, byteSize);
  }
}
