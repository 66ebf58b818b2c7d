package toco.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static toco.files.PickleValues.expect;
import static toco.files.QuotedText.quote;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Reads Python pickles of protocols 2 to 5 without executing anything: the classes and functions
/// that a pickle names are looked up in [PickleGlobals]. Everything that is not allowed there is
/// refused, or skipped as a [ForeignObject] if its user says so.
///
/// Python's str, bytes, int, float, bool, list, tuple, dict and None become String, byte[], Long or
/// BigInteger, Double, Boolean, ArrayList, an unmodifiable List, LinkedHashMap and [#NONE]. The
/// reader never walks, compares or prints the contents of a container, so containers that contain
/// themselves or are nested a million levels deep are harmless.
public final class PickleReader {
  /// Python's None.
  public static final Object NONE = new Object();

  /// What an empty list or dict counts as, and a foreign object, which may be one.
  private static final int CONTAINER_OBJECTS = 4;

  private final PickleInput in;
  private final PickleGlobals globals;
  private final PickleLimits limits;
  private final PickleMemo memo;
  private final PickleStack stack;
  private int objects;

  private PickleReader(ByteBuffer pickle, PickleGlobals globals, PickleLimits limits) {
    in = new PickleInput(pickle);
    this.globals = globals;
    this.limits = limits;
    stack = new PickleStack(limits.maxUnfinished());
    memo = new PickleMemo(limits.maxRemembered());
  }

  /// Reads one object and leaves the buffer's position after it.
  ///
  /// damaged, exceeds the limits, or names anything that is neither allowed nor skipped damaged,
  /// exceeds the limits, or names anything that is not allowed and not skipped
  public static Object read(ByteBuffer pickle, PickleGlobals globals, PickleLimits limits) {
    var reader = new PickleReader(pickle, globals, limits);
    try {
      while (true) {
        int opcode = reader.in.u8();
        if (opcode == PickleOpcode.STOP) {
          return reader.stack.pop();
        }
        reader.execute(opcode);
      }
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("a pickle that ends too soon", e);
    }
  }

  private void execute(int opcode) {
    switch (opcode) {
      case PickleOpcode.PROTO -> checkProtocol(in.u8());
      case PickleOpcode.FRAME -> in.i64(); // its length: all of it is in memory already
      case PickleOpcode.MARK -> stack.pushMark();
      case PickleOpcode.POP -> stack.pop();
      case PickleOpcode.DUP -> push(stack.top());
      case PickleOpcode.POP_MARK -> stack.popToMark();
      case PickleOpcode.NONE -> push(NONE);
      case PickleOpcode.NEWTRUE -> push(true);
      case PickleOpcode.NEWFALSE -> push(false);
      case PickleOpcode.BININT -> push((long) in.i32());
      case PickleOpcode.BININT1 -> push((long) in.u8());
      case PickleOpcode.BININT2 -> push((long) in.u16());
      case PickleOpcode.LONG1 -> push(in.integer(in.u8()));
      case PickleOpcode.LONG4 -> push(in.integer(in.i32()));
      case PickleOpcode.BINFLOAT -> push(in.bigEndianDouble());
      case PickleOpcode.BINUNICODE -> push(in.text(in.i32(), UTF_8));
      case PickleOpcode.SHORT_BINUNICODE -> push(in.text(in.u8(), UTF_8));
      case PickleOpcode.BINUNICODE8 -> push(in.text(in.i64(), UTF_8));
      case PickleOpcode.BINSTRING -> push(in.text(in.i32(), ISO_8859_1));
      case PickleOpcode.SHORT_BINSTRING -> push(in.text(in.u8(), ISO_8859_1));
      case PickleOpcode.EMPTY_TUPLE -> push(List.of());
      case PickleOpcode.TUPLE1, PickleOpcode.TUPLE2, PickleOpcode.TUPLE3 ->
          push(List.of(stack.popLast(opcode - PickleOpcode.TUPLE1 + 1)));
      case PickleOpcode.TUPLE -> push(List.of(stack.popToMark()));
      case PickleOpcode.EMPTY_LIST -> pushContainer(new ArrayList<>());
      case PickleOpcode.APPEND -> append(stack.popLast(1));
      case PickleOpcode.APPENDS -> append(stack.popToMark());
      case PickleOpcode.EMPTY_DICT -> pushContainer(new LinkedHashMap<>());
      case PickleOpcode.SETITEM -> setItems(stack.popLast(2));
      case PickleOpcode.SETITEMS -> setItems(stack.popToMark());
      case PickleOpcode.BINPUT -> memo.put(in.u8(), stack.top());
      case PickleOpcode.LONG_BINPUT -> memo.put(in.i32(), stack.top());
      case PickleOpcode.MEMOIZE -> memo.put(memo.nextIndex(), stack.top());
      case PickleOpcode.BINGET -> push(memo.get(in.u8()));
      case PickleOpcode.LONG_BINGET -> push(memo.get(in.i32()));
      case PickleOpcode.GLOBAL -> push(global(in.line(), in.line()));
      case PickleOpcode.STACK_GLOBAL -> {
        var name = expect(stack.pop(), String.class);
        push(global(expect(stack.pop(), String.class), name));
      }
      case PickleOpcode.BINPERSID -> push(globals.persistentLoad(stack.pop()));
      case PickleOpcode.REDUCE -> {
        List<?> arguments = expect(stack.pop(), List.class);
        push(call(stack.pop(), arguments));
      }
      case PickleOpcode.BUILD -> {
        var state = stack.pop();
        if (stack.top() instanceof ForeignObject foreign) {
          foreign.setState(state);
        } else {
          globals.setState(stack.top(), state);
        }
      }
      case PickleOpcode.BINBYTES -> push(in.bytes(in.i32()));
      case PickleOpcode.SHORT_BINBYTES -> push(in.bytes(in.u8()));
      case PickleOpcode.BINBYTES8, PickleOpcode.BYTEARRAY8 -> push(in.bytes(in.i64()));
      default -> executeForeign(globals.skipsForeign() ? opcode : -1, opcode);
    }
  }

  /// Opcodes that only objects of other programs need.
  private void executeForeign(int allowed, int opcode) {
    switch (allowed) {
      case PickleOpcode.EMPTY_SET -> pushContainer(new ArrayList<>());
      case PickleOpcode.ADDITEMS -> append(stack.popToMark());
      case PickleOpcode.FROZENSET -> push(List.of(stack.popToMark()));
      case PickleOpcode.NEWOBJ -> {
        List<?> arguments = expect(stack.pop(), List.class);
        push(call(stack.pop(), arguments));
      }
      case PickleOpcode.NEWOBJ_EX -> {
        stack.pop(); // keyword arguments
        List<?> arguments = expect(stack.pop(), List.class);
        push(call(stack.pop(), arguments));
      }
      case PickleOpcode.OBJ -> {
        var parts = List.of(stack.popToMark());
        if (parts.isEmpty()) {
          throw new IllegalArgumentException("an object without a class");
        }
        push(call(parts.getFirst(), parts.subList(1, parts.size())));
      }
      case PickleOpcode.INST ->
          push(call(global(in.line(), in.line()), List.of(stack.popToMark())));
      default ->
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "pickle opcode 0x%02x, which %s does not need",
                  opcode,
                  globals.fileKind()));
    }
  }

  private Object call(Object callable, List<?> arguments) {
    return callable instanceof ForeignObject foreign
        ? foreign.called(arguments)
        : globals.call(expect(callable, PickleGlobals.Global.class), arguments);
  }

  private PickleGlobals.Global global(String module, String name) {
    var found = globals.find(module, name);
    if (found == null) {
      throw new IllegalArgumentException(
          "a reference to %s, which %s does not need and which could run code"
              .formatted(quote(module + "." + name), globals.fileKind()));
    }
    return found;
  }

  private static void checkProtocol(int protocol) {
    if (protocol < 2 || protocol > 5) {
      throw new IllegalArgumentException("pickle protocol %s instead of 2…5".formatted(protocol));
    }
  }

  private void append(Object... items) {
    if (stack.top() instanceof ForeignObject) {
      return; // a kind of list
    }
    if (!(stack.top() instanceof ArrayList<?>)) {
      throw new IllegalArgumentException("items appended to something that is not a list");
    }
    @SuppressWarnings("unchecked") // the reader itself made every list, as a list of objects
    var list = (ArrayList<Object>) stack.top();
    list.addAll(Arrays.asList(items));
  }

  private void setItems(Object... keysAndValues) {
    if (keysAndValues.length % 2 != 0) {
      throw new IllegalArgumentException("a key without a value");
    }
    var map = itemsOf(stack.top());
    for (int i = 0; i < keysAndValues.length; i += 2) {
      var key = keysAndValues[i];
      // hashing a nested tuple may take forever
      boolean isPlain = key instanceof String || key instanceof Long;
      if (!isPlain && !globals.skipsForeign()) {
        throw new IllegalArgumentException("a key that is neither text nor number");
      }
      map.put(isPlain ? key : new Object(), keysAndValues[i + 1]);
    }
  }

  @SuppressWarnings("unchecked") // as above
  private static Map<Object, Object> itemsOf(Object container) {
    return container instanceof ForeignObject foreign
        ? foreign.entries()
        : (Map<Object, Object>) expect(container, Map.class);
  }

  private void pushContainer(Object value) {
    objects += CONTAINER_OBJECTS - 1;
    push(value);
  }

  private void push(Object value) {
    objects += value instanceof ForeignObject ? CONTAINER_OBJECTS : 1;
    if (objects > limits.maxObjects()) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "a pickle of more than %,d objects", limits.maxObjects()));
    }
    stack.push(value);
  }
}
