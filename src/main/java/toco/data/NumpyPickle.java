package toco.data;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import toco.data.NumpyValue.Callable;
import toco.data.NumpyValue.DType;
import toco.data.NumpyValue.NdArray;

/// Reads the pickles that numpy writes for a dict of arrays, protocols 2 to 5, without executing
/// anything: what they name is looked up in the short list of [NumpyValue.Callable], and everything
/// else, known opcode or not, is refused.
///
/// Python's str, bytes, int, float, bool, list, tuple and dict become String, byte[], Long, Double,
/// Boolean, ArrayList, an unmodifiable List and LinkedHashMap; None becomes a private marker.
final class NumpyPickle {
  private static final Object MARK = new Object();
  private static final Object NONE = new Object();

  private final ByteBuffer in;
  private final ArrayList<Object> stack = new ArrayList<>();
  private final Map<Integer, Object> memo = new HashMap<>();
  private long copied;

  private NumpyPickle(ByteBuffer in) {
    this.in = in.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  /// Reads one object.
  ///
  /// @throws IllegalArgumentException naming what the pickle holds that a labels file must not
  /// @throws RuntimeException of other kinds where the pickle is damaged
  static Object read(ByteBuffer pickle) {
    var reader = new NumpyPickle(pickle);
    while (true) {
      int opcode = reader.u8();
      if (opcode == '.') {
        return reader.pop();
      }
      reader.execute(opcode);
    }
  }

  private void execute(int opcode) {
    switch (opcode) {
      case 0x80 -> checkProtocol(u8());
      case 0x95 -> in.getLong(); // a frame's length: all is in memory already
      case '(' -> push(MARK);
      case '0' -> pop();
      case '1' -> popToMark();
      case 'N' -> push(NONE);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'J' -> push((long) in.getInt());
      case 'K' -> push((long) u8());
      case 'M' -> push((long) (in.getShort() & 0xFFFF));
      case 0x8A -> push(longOf(bytes(u8())));
      case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(in.getLong())));
      case 'X' -> push(text(in.getInt()));
      case 0x8C -> push(text(u8()));
      case 0x8D -> push(text(in.getLong()));
      // Python 2's str, in which numpy put its bytes
      case 'T' -> push(new String(bytes(in.getInt()), StandardCharsets.ISO_8859_1));
      case 'U' -> push(new String(bytes(u8()), StandardCharsets.ISO_8859_1));
      case 'B' -> push(bytes(in.getInt()));
      case 'C' -> push(bytes(u8()));
      case 0x8E, 0x96 -> push(bytes(in.getLong()));
      case ')' -> push(List.of());
      case 0x85, 0x86, 0x87 -> push(tuple(popLast(opcode - 0x84)));
      case 't' -> push(tuple(popToMark()));
      case ']' -> push(new ArrayList<>());
      case 'a' -> append(popLast(1));
      case 'e' -> append(popToMark());
      case '}' -> push(new LinkedHashMap<String, Object>());
      case 's' -> setItems(popLast(2));
      case 'u' -> setItems(popToMark());
      case 'q' -> memo.put(u8(), top());
      case 'r' -> memo.put(in.getInt(), top());
      case 0x94 -> memo.put(memo.size(), top());
      case 'h' -> push(remembered(u8()));
      case 'j' -> push(remembered(in.getInt()));
      case 'c' -> push(Callable.named(line(), line()));
      case 0x93 -> {
        String name = (String) pop();
        push(Callable.named((String) pop(), name));
      }
      case 'R' -> {
        var arguments = (List<?>) pop();
        push(call((Callable) pop(), arguments));
      }
      case 'b' -> {
        Object state = pop();
        build((NumpyValue) top(), (List<?>) state);
      }
      default ->
          throw new IllegalArgumentException(
              "pickle opcode 0x%02x, which numpy does not write".formatted(opcode));
    }
  }

  private Object call(Callable callable, List<?> arguments) {
    return switch (callable) {
      case RECONSTRUCT -> new NdArray();
      case DTYPE -> new DType((String) arguments.getFirst());
      case ENCODE -> latin1((String) arguments.getFirst());
      case BYTES -> new byte[0];
      case SCALAR -> {
        var data = ByteBuffer.wrap(rawBytes(arguments.get(1)));
        yield ((DType) arguments.getFirst()).element(data);
      }
      case FROM_BUFFER -> {
        var array = new NdArray();
        array.set(
            (List<?>) arguments.get(2), (DType) arguments.get(1), rawBytes(arguments.getFirst()));
        yield array;
      }
      case NDARRAY -> throw new IllegalArgumentException("a call of numpy.ndarray");
    };
  }

  /// Fills in an object from its `__setstate__` argument.
  private void build(NumpyValue value, List<?> state) {
    switch (value) {
      case DType dtype -> dtype.setOrder((String) state.get(1)); // (version, byte order, …)
      case NdArray array -> { // (version, shape, dtype, Fortran order, data)
        Object data = state.get(4);
        var dtype = (DType) state.get(2);
        array.set((List<?>) state.get(1), dtype, dtype.kind == 'O' ? data : rawBytes(data));
      }
      case Callable callable -> throw new IllegalArgumentException("a state for " + callable);
    }
  }

  private byte[] rawBytes(Object data) {
    return data instanceof String text ? latin1(text) : (byte[]) data;
  }

  /// A pickle can refer to one long text from many arrays: their copies may not outgrow the file.
  private byte[] latin1(String text) {
    copied += text.length();
    if (copied > 4L * in.capacity()) {
      throw new IllegalArgumentException("arrays with more data than the file has");
    }
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static void checkProtocol(int protocol) {
    if (protocol < 2 || protocol > 5) {
      throw new IllegalArgumentException("pickle protocol " + protocol + " instead of 2…5");
    }
  }

  private void append(List<Object> items) {
    @SuppressWarnings("unchecked") // the reader itself made every list
    var list = (List<Object>) top();
    items.forEach(item -> list.add(item));
  }

  private void setItems(List<Object> keysAndValues) {
    @SuppressWarnings("unchecked") // the reader itself made every map
    var map = (Map<String, Object>) top();
    for (int i = 0; i < keysAndValues.size(); i += 2) {
      map.put((String) keysAndValues.get(i), keysAndValues.get(i + 1));
    }
  }

  private static List<Object> tuple(List<Object> items) {
    return Collections.unmodifiableList(items);
  }

  private Object remembered(int index) {
    Object value = memo.get(index);
    if (value == null) {
      throw new IllegalArgumentException("a reference to an object not read yet");
    }
    return value;
  }

  private void push(Object value) {
    stack.add(value);
  }

  private Object pop() {
    return stack.removeLast();
  }

  private Object top() {
    return stack.getLast();
  }

  private List<Object> popLast(int count) {
    var tail = stack.subList(stack.size() - count, stack.size());
    var items = new ArrayList<>(tail);
    tail.clear();
    return items;
  }

  private List<Object> popToMark() {
    int mark = stack.lastIndexOf(MARK);
    var items = popLast(stack.size() - mark - 1);
    pop();
    return items;
  }

  private int u8() {
    return in.get() & 0xFF;
  }

  private byte[] bytes(long length) {
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    var bytes = new byte[(int) length];
    in.get(bytes);
    return bytes;
  }

  private String text(long length) {
    return new String(bytes(length), StandardCharsets.UTF_8);
  }

  private String line() {
    int start = in.position();
    int length = 0;
    while (in.get() != '\n') {
      length++;
    }
    return new String(in.array(), in.arrayOffset() + start, length, StandardCharsets.US_ASCII);
  }

  private static long longOf(byte[] littleEndian) {
    long value = 0;
    for (int i = littleEndian.length - 1; i >= 0; i--) {
      value = (value << 8) | (littleEndian[i] & 0xFF);
    }
    int unused = 64 - 8 * littleEndian.length;
    return littleEndian.length == 0 ? 0 : value << unused >> unused;
  }
}
