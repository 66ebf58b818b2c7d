package toco.checkpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static toco.checkpoint.CheckpointException.quote;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import toco.checkpoint.PickledValue.Function;
import toco.checkpoint.PickledValue.Global;
import toco.checkpoint.PickledValue.Storage;
import toco.checkpoint.PickledValue.StorageType;
import toco.checkpoint.PickledValue.StoredTensor;
import toco.torch.Shape;

/// Reads pickles of weights, protocols 2 to 5, without executing anything: what they name is looked
/// up in the short list of [PickledValue#named], and everything else, known opcode or not, is
/// refused.
///
/// Python's str, int, float, bool, list, tuple, dict and None become String, Long or BigInteger,
/// Double, Boolean, ArrayList, an unmodifiable List, LinkedHashMap and [#NONE]. Nothing here walks,
/// compares or prints a container's contents, so that containers inside themselves, or nested a
/// million deep, do no harm.
final class Unpickler {
  static final Object NONE = new Object();

  private static final Object MARK = new Object();
  private static final int MAX_STACK = 1 << 20;
  private static final int MAX_MEMO = 1 << 20;

  /// The largest networks have some thousand tensors, of some twenty objects each.
  private static final int MAX_OBJECTS = 1 << 22;

  private final PickleInput in;
  private final ArrayList<Object> stack = new ArrayList<>();
  private final Map<Integer, Object> memo = new HashMap<>();

  private final Map<String, Storage> storages;
  private int objects;

  private Unpickler(PickleInput in, Map<String, Storage> storages) {
    this.in = in;
    this.storages = storages;
  }

  /// Reads one object and leaves the buffer's position behind it.
  ///
  /// @param storages receives the storages that the pickle refers to, by key
  /// @throws IllegalArgumentException saying, as in "it holds …", what a file of weights must not
  ///   hold
  static Object read(ByteBuffer pickle, Map<String, Storage> storages) {
    var reader = new Unpickler(new PickleInput(pickle), storages);
    try {
      while (true) {
        int opcode = reader.in.u8();
        if (opcode == '.') {
          return reader.pop();
        }
        reader.execute(opcode);
      }
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("a pickle that ends too soon", e);
    }
  }

  private void execute(int opcode) {
    switch (opcode) {
      case 0x80 -> checkProtocol(in.u8());
      case 0x95 -> in.i64(); // a frame's length: all is in memory already
      case '(' -> push(MARK);
      case '0' -> pop();
      case '1' -> popToMark();
      case 'N' -> push(NONE);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'J' -> push((long) in.i32());
      case 'K' -> push((long) in.u8());
      case 'M' -> push((long) in.u16());
      case 0x8A -> push(in.integer(in.u8()));
      case 'G' -> push(in.bigEndianDouble());
      case 'X' -> push(in.text(in.i32(), UTF_8));
      case 0x8C -> push(in.text(in.u8(), UTF_8));
      case 0x8D -> push(in.text(in.i64(), UTF_8));
      case 'T' -> push(in.text(in.i32(), ISO_8859_1)); // Python 2's str
      case 'U' -> push(in.text(in.u8(), ISO_8859_1));
      case ')' -> push(List.of());
      case 0x85, 0x86, 0x87 -> push(Collections.unmodifiableList(popLast(opcode - 0x84)));
      case 't' -> push(Collections.unmodifiableList(popToMark()));
      case ']' -> push(new ArrayList<>());
      case 'a' -> append(popLast(1));
      case 'e' -> append(popToMark());
      case '}' -> push(new LinkedHashMap<>());
      case 's' -> setItems(popLast(2));
      case 'u' -> setItems(popToMark());
      case 'q' -> remember(in.u8());
      case 'r' -> remember(in.i32());
      case 0x94 -> remember(memo.size());
      case 'h' -> push(remembered(in.u8()));
      case 'j' -> push(remembered(in.i32()));
      case 'c' -> push(global(in.line(), in.line()));
      case 0x93 -> {
        String name = expect(pop(), String.class);
        push(global(expect(pop(), String.class), name));
      }
      case 'Q' -> push(storage(expect(pop(), List.class)));
      case 'R' -> {
        List<?> arguments = expect(pop(), List.class);
        push(call(expect(pop(), Function.class), arguments));
      }
      case 'b' -> {
        pop(); // the attributes of an OrderedDict, such as a state dict's _metadata: no weights
        expect(top(), Map.class);
      }
      default ->
          throw new IllegalArgumentException(
              "pickle opcode 0x%02x, which no file of weights needs".formatted(opcode));
    }
  }

  private static Global global(String module, String name) {
    var found = PickledValue.named(module, name);
    if (found == null) {
      throw new IllegalArgumentException(
          "a reference to %s, which is not needed for tensors and could run code"
              .formatted(quote(module + "." + name)));
    }
    return found;
  }

  private static Object call(Function function, List<?> arguments) {
    return switch (function) {
      case ORDERED_DICT -> {
        if (!arguments.isEmpty()) {
          throw new IllegalArgumentException("an OrderedDict with arguments");
        }
        yield new LinkedHashMap<>();
      }
      case REBUILD_PARAMETER -> argument(arguments, 0, StoredTensor.class);
      case REBUILD_TENSOR ->
          new StoredTensor(
              argument(arguments, 0, Storage.class),
              argument(arguments, 1, Long.class),
              sizes(argument(arguments, 2, List.class)),
              sizes(argument(arguments, 3, List.class)));
    };
  }

  /// ('storage', type, key, device, number of elements[, view]), as torch.save refers to what it
  /// keeps outside the pickle.
  private Storage storage(List<?> reference) {
    var kind = argument(reference, 0, String.class);
    if (!kind.equals("storage")) {
      throw new IllegalArgumentException(
          "a reference to a %s outside the pickle".formatted(quote(kind)));
    }
    if (reference.size() > 5 && reference.get(5) != NONE) {
      throw new IllegalArgumentException(
          "a storage inside another, as PyTorch before 0.4 wrote it");
    }
    long elements = argument(reference, 4, Long.class);
    if (elements < 0) {
      throw new IllegalArgumentException("a storage of %d elements".formatted(elements));
    }
    var storage =
        new Storage(
            argument(reference, 2, String.class),
            argument(reference, 1, StorageType.class).dtype(),
            elements);
    var known = storages.putIfAbsent(storage.key(), storage);
    if (known != null && !known.equals(storage)) {
      throw new IllegalArgumentException(
          "two storages of one name, %s".formatted(quote(storage.key())));
    }
    return storage;
  }

  private static Shape sizes(List<?> values) {
    var sizes = new long[values.size()];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = argument(values, i, Long.class);
    }
    return new Shape(sizes);
  }

  private static <T> T argument(List<?> arguments, int index, Class<T> type) {
    if (index >= arguments.size()) {
      throw new IllegalArgumentException(
          "a tuple of %d entries (expected more)".formatted(arguments.size()));
    }
    return expect(arguments.get(index), type);
  }

  private static <T> T expect(Object value, Class<T> type) {
    if (!type.isInstance(value)) {
      throw new IllegalArgumentException(
          "an unexpected %s (expected %s)"
              .formatted(value.getClass().getSimpleName(), type.getSimpleName()));
    }
    return type.cast(value);
  }

  private static void checkProtocol(int protocol) {
    if (protocol < 2 || protocol > 5) {
      throw new IllegalArgumentException("pickle protocol %d instead of 2…5".formatted(protocol));
    }
  }

  private void append(List<Object> items) {
    if (!(top() instanceof ArrayList<?>)) {
      throw new IllegalArgumentException("items appended to what is no list");
    }
    @SuppressWarnings("unchecked") // this reader itself made every list, as a list of objects
    var list = (ArrayList<Object>) top();
    list.addAll(items);
  }

  private void setItems(List<Object> keysAndValues) {
    if (keysAndValues.size() % 2 != 0) {
      throw new IllegalArgumentException("a key without a value");
    }
    expect(top(), Map.class);
    @SuppressWarnings("unchecked") // as above
    var map = (Map<Object, Object>) top();
    for (int i = 0; i < keysAndValues.size(); i += 2) {
      var key = keysAndValues.get(i);
      if (!(key instanceof String
          || key instanceof Long)) { // a nested tuple's hash may take for ever
        throw new IllegalArgumentException("a key that is neither text nor number");
      }
      map.put(key, keysAndValues.get(i + 1));
    }
  }

  private void remember(int index) {
    if (memo.size() >= MAX_MEMO) {
      throw new IllegalArgumentException(
          "a pickle with more than %,d remembered objects".formatted(MAX_MEMO));
    }
    memo.put(index, top());
  }

  private Object remembered(int index) {
    var value = memo.get(index);
    if (value == null) {
      throw new IllegalArgumentException("a reference to an object that has not been read yet");
    }
    return value;
  }

  private void push(Object value) {
    if (++objects > MAX_OBJECTS) {
      throw new IllegalArgumentException(
          "a pickle of more than %,d objects".formatted(MAX_OBJECTS));
    }
    if (stack.size() >= MAX_STACK) {
      throw new IllegalArgumentException(
          "a pickle with more than %,d unfinished objects".formatted(MAX_STACK));
    }
    stack.add(value);
  }

  private Object pop() {
    var value = top();
    stack.removeLast();
    return value;
  }

  private Object top() {
    if (stack.isEmpty() || stack.getLast() == MARK) {
      throw new IllegalArgumentException("a pickle that takes more than it has made");
    }
    return stack.getLast();
  }

  private List<Object> popLast(int count) {
    var items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      items.add(pop());
    }
    Collections.reverse(items);
    return items;
  }

  private List<Object> popToMark() {
    int mark = stack.lastIndexOf(MARK);
    if (mark < 0) {
      throw new IllegalArgumentException("a pickle that takes more than it has made");
    }
    var items = popLast(stack.size() - mark - 1);
    stack.removeLast();
    return items;
  }
}
