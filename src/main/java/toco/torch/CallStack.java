package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import toco.torch.ffi.TocoTorch;

/// Arguments on their way to a call whose types are known only when it runs, and its results on
/// their way back: of operators by name, and of TorchScript.
final class CallStack implements AutoCloseable {
  final MemorySegment handle;
  private final Arena arena = Arena.ofConfined();

  CallStack() {
    this(created());
  }

  private CallStack(MemorySegment handle) {
    this.handle = handle;
  }

  private static MemorySegment created() {
    var out = CallScratch.out();
    CallScratch.check(TocoTorch.tt_stack_new(out));
    return out.get(ADDRESS, 0);
  }

  MemorySegment operator(String name) {
    int dot = name.indexOf('.');
    return arena.allocateFrom(dot < 0 ? name : name.substring(0, dot));
  }

  MemorySegment overload(String name) {
    int dot = name.indexOf('.');
    return arena.allocateFrom(dot < 0 ? "" : name.substring(dot + 1));
  }

  MemorySegment names(List<String> keywords) {
    if (keywords.isEmpty()) {
      return MemorySegment.NULL;
    }
    var names = arena.allocate(ADDRESS, keywords.size());
    for (int i = 0; i < keywords.size(); i++) {
      names.setAtIndex(ADDRESS, i, arena.allocateFrom(keywords.get(i)));
    }
    return names;
  }

  void push(@Nullable Object argument) {
    CallScratch.check(
        switch (argument) {
          case null -> TocoTorch.tt_push_none(handle);
          case Tensor tensor -> TocoTorch.tt_push_tensor(handle, tensor.handle());
          case Boolean flag -> TocoTorch.tt_push_bool(handle, flag ? 1 : 0);
          case Double number -> TocoTorch.tt_push_double(handle, number);
          case Float number -> TocoTorch.tt_push_double(handle, number);
          case Long number -> TocoTorch.tt_push_int(handle, number);
          case Integer number -> TocoTorch.tt_push_int(handle, number);
          case Short number -> TocoTorch.tt_push_int(handle, number);
          case Byte number -> TocoTorch.tt_push_int(handle, number);
          case Complex number -> TocoTorch.tt_push_complex(handle, number.re(), number.im());
          case String text -> TocoTorch.tt_push_string(handle, arena.allocateFrom(text));
          case DType dtype -> TocoTorch.tt_push_int(handle, dtype.code);
          case TensorLayout layout -> TocoTorch.tt_push_int(handle, layout.code);
          case MemoryFormat format -> TocoTorch.tt_push_int(handle, format.code);
          case Device device -> TocoTorch.tt_push_device(handle, device.type(), device.index());
          case long[] list -> pushLongs(list);
          case double[] list ->
              TocoTorch.tt_push_double_list(
                  handle, arena.allocateFrom(JAVA_DOUBLE, list), list.length);
          case boolean[] list -> pushFlags(list);
          case int[] list -> pushLongs(Arrays.stream(list).asLongStream().toArray());
          case List<?> list -> holdsTensors(list) ? pushTensors(list) : pushList(list);
          case Generator generator -> TocoTorch.tt_push_generator(handle, generator.handle());
          case NativeObject object -> TocoTorch.tt_push_object(handle, object.handle());
          case Object[] tuple -> pushTuple(tuple);
          case Map<?, ?> dict -> pushDict(dict);
          default ->
              throw new IllegalArgumentException(
                  ("an argument cannot be a %s; allowed are null, Tensor, Long, Integer, Short,"
                       + " Byte, Double, Float, Complex, Boolean, String, lists of these, DType,"
                       + " TensorLayout, MemoryFormat, Device, Generator, NativeObject, arrays of"
                       + " long, int, double and boolean, Object[] for tuples and maps for dicts")
                      .formatted(argument.getClass().getName()));
        });
  }

  private int pushTuple(@Nullable Object[] tuple) {
    for (var entry : tuple) {
      push(entry);
    }
    return TocoTorch.tt_push_tuple(handle, tuple.length);
  }

  private int pushDict(Map<?, ?> dict) {
    dict.forEach((key, value) -> {
      push(key);
      push(value);
    });
    return TocoTorch.tt_push_dict(handle, dict.size());
  }

  private int pushFlags(boolean[] list) {
    var flags = arena.allocate(JAVA_INT, Math.max(1, list.length));
    for (int i = 0; i < list.length; i++) {
      flags.setAtIndex(JAVA_INT, i, list[i] ? 1 : 0);
    }
    return TocoTorch.tt_push_bool_list(handle, flags, list.length);
  }

  private int pushLongs(long[] list) {
    return TocoTorch.tt_push_int_list(handle, arena.allocateFrom(JAVA_LONG, list), list.length);
  }

  private static boolean holdsTensors(List<?> list) {
    return list.stream().allMatch(entry -> entry == null || entry instanceof Tensor);
  }

  private int pushTensors(List<?> list) {
    var handles = arena.allocate(ADDRESS, Math.max(1, list.size()));
    for (int i = 0; i < list.size(); i++) {
      var entry = list.get(i) instanceof Tensor tensor ? tensor.handle() : MemorySegment.NULL;
      handles.setAtIndex(ADDRESS, i, entry);
    }
    return TocoTorch.tt_push_tensor_list(handle, handles, list.size());
  }

  private int pushList(List<?> list) {
    list.forEach(this::push);
    return TocoTorch.tt_push_list(handle, list.size());
  }

  List<@Nullable Object> results() {
    var size = arena.allocate(JAVA_LONG);
    CallScratch.check(TocoTorch.tt_stack_size(handle, size));
    var results = new ArrayList<@Nullable Object>();
    for (long i = 0; i < size.get(JAVA_LONG, 0); i++) {
      results.add(result(i));
    }
    return results;
  }

  @Nullable Object result(long index) {
    var kind = arena.allocate(JAVA_INT);
    var length = arena.allocate(JAVA_LONG);
    CallScratch.check(TocoTorch.tt_stack_kind(handle, index, kind, length));
    long count = length.get(JAVA_LONG, 0);
    var out = arena.allocate(8 * Math.max(1, count), 8);
    return switch (ValueKind.ofCode(kind.get(JAVA_INT, 0))) {
      case NONE -> null;
      case TENSOR -> {
        CallScratch.check(TocoTorch.tt_stack_tensors_at(handle, index, out));
        yield tensorOrNull(out.get(ADDRESS, 0));
      }
      case INT, BOOL -> {
        CallScratch.check(TocoTorch.tt_stack_ints_at(handle, index, out));
        yield out.get(JAVA_LONG, 0);
      }
      case DOUBLE -> {
        CallScratch.check(TocoTorch.tt_stack_doubles_at(handle, index, out));
        yield out.get(JAVA_DOUBLE, 0);
      }
      case COMPLEX -> {
        CallScratch.check(TocoTorch.tt_stack_doubles_at(handle, index, out));
        yield new Complex(out.getAtIndex(JAVA_DOUBLE, 0), out.getAtIndex(JAVA_DOUBLE, 1));
      }
      case STRING -> {
        CallScratch.check(TocoTorch.tt_stack_string_at(handle, index, out));
        yield new String(out.asSlice(0, count).toArray(JAVA_BYTE), UTF_8);
      }
      case INT_LIST, BOOL_LIST -> {
        CallScratch.check(TocoTorch.tt_stack_ints_at(handle, index, out));
        yield out.asSlice(0, 8 * count).toArray(JAVA_LONG);
      }
      case DOUBLE_LIST -> {
        CallScratch.check(TocoTorch.tt_stack_doubles_at(handle, index, out));
        yield out.asSlice(0, 8 * count).toArray(JAVA_DOUBLE);
      }
      case TENSOR_LIST -> {
        CallScratch.check(TocoTorch.tt_stack_tensors_at(handle, index, out));
        var tensors = new ArrayList<@Nullable Tensor>();
        for (long i = 0; i < count; i++) {
          tensors.add(tensorOrNull(out.getAtIndex(ADDRESS, i)));
        }
        yield tensors;
      }
      case TUPLE, LIST -> contents(index);
      case DICT -> dict(contents(index));
      case OBJECT -> {
        CallScratch.check(TocoTorch.tt_stack_object_at(handle, index, out));
        yield new NativeObject(out.get(ADDRESS, 0));
      }
    };
  }

  private List<@Nullable Object> contents(long index) {
    var out = arena.allocate(ADDRESS);
    CallScratch.check(TocoTorch.tt_stack_contents(handle, index, out));
    try (var contents = new CallStack(out.get(ADDRESS, 0))) {
      return contents.results();
    }
  }

  private static Map<Object, @Nullable Object> dict(List<@Nullable Object> keysAndValues) {
    var dict = new LinkedHashMap<Object, @Nullable Object>();
    for (int i = 0; i < keysAndValues.size(); i += 2) {
      dict.put(Objects.requireNonNull(keysAndValues.get(i)), keysAndValues.get(i + 1));
    }
    return dict;
  }

  private static @Nullable Tensor tensorOrNull(MemorySegment handle) {
    return handle.address() == 0 ? null : Tensor.adopt(handle);
  }

  @Override
  public void close() {
    TocoTorch.tt_stack_free(handle);
    arena.close();
  }
}
