package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.torch.ffi.TocoTorch;

/// Calls any operator that LibTorch, or a library loaded with [LibTorch#loadLibrary], has
/// registered.
///
/// ```java
/// var inverse = Ops.call("aten::linalg_inv", matrix);
/// var parts = Ops.callAll("aten::split.Tensor", x, 4, 1);    // a list of tensors comes as List<Tensor>
/// ```
///
/// Arguments follow the schema's order; trailing ones with a default may be left out. Allowed are
/// null, [Tensor], integers, floating-point numbers, [Boolean], [String], [DType], [Device],
/// `long[]`, `double[]`, `boolean[]` and lists of tensors (with nulls for optional ones).
public final class Ops {
  private Ops() {}

  /// Calls an operator whose only result is a tensor.
  ///
  /// @param name such as `aten::add.Tensor`: namespace, name, and overload after a dot if it has
  ///   one
  public static Tensor call(String name, @Nullable Object... arguments) {
    var results = callAll(name, arguments);
    if (results.size() == 1 && results.getFirst() instanceof Tensor tensor) {
      return tensor;
    }
    close(results);
    throw new TorchException(
        TorchException.Kind.TYPE,
        "%s does not return one tensor; use callAll, schema: %s".formatted(name, schema(name)));
  }

  /// Calls an operator and returns its results: tensors, [Long], [Double], [Boolean] (as Long 0 or
  /// 1), [String], arrays or lists of tensors, null for none.
  public static List<@Nullable Object> callAll(String name, @Nullable Object... arguments) {
    try (var stack = new Stack()) {
      for (var argument : arguments) {
        stack.push(argument);
      }
      Frame.check(TocoTorch.tt_call(stack.operator(name), stack.overload(name), stack.handle));
      return stack.results();
    }
  }

  /// The operator's declaration, such as `aten::relu(Tensor self) -> Tensor`.
  public static String schema(String name) {
    try (var stack = new Stack()) {
      Frame.check(TocoTorch.tt_schema(stack.operator(name), stack.overload(name), stack.handle));
      return String.valueOf(stack.result(0));
    }
  }

  private static void close(List<?> results) {
    for (var result : results) {
      if (result instanceof Tensor tensor) {
        tensor.close();
      } else if (result instanceof List<?> list) {
        close(list);
      }
    }
  }

  private static final class Stack implements AutoCloseable {
    final MemorySegment handle;
    private final Arena arena = Arena.ofConfined();

    Stack() {
      var out = Frame.out();
      Frame.check(TocoTorch.tt_stack_new(out));
      handle = out.get(ADDRESS, 0);
    }

    MemorySegment operator(String name) {
      int dot = name.indexOf('.');
      return arena.allocateFrom(dot < 0 ? name : name.substring(0, dot));
    }

    MemorySegment overload(String name) {
      int dot = name.indexOf('.');
      return arena.allocateFrom(dot < 0 ? "" : name.substring(dot + 1));
    }

    void push(@Nullable Object argument) {
      Frame.check(
          switch (argument) {
            case null -> TocoTorch.tt_push_none(handle);
            case Tensor tensor -> TocoTorch.tt_push_tensor(handle, tensor.handle());
            case Boolean flag -> TocoTorch.tt_push_bool(handle, flag ? 1 : 0);
            case Double number -> TocoTorch.tt_push_double(handle, number);
            case Float number -> TocoTorch.tt_push_double(handle, number);
            case Number number -> TocoTorch.tt_push_int(handle, number.longValue());
            case String text -> TocoTorch.tt_push_string(handle, arena.allocateFrom(text));
            case DType dtype -> TocoTorch.tt_push_int(handle, dtype.code);
            case Device device -> TocoTorch.tt_push_device(handle, device.type(), device.index());
            case long[] list ->
                TocoTorch.tt_push_int_list(
                    handle, arena.allocateFrom(JAVA_LONG, list), list.length);
            case double[] list ->
                TocoTorch.tt_push_double_list(
                    handle, arena.allocateFrom(JAVA_DOUBLE, list), list.length);
            case boolean[] list -> pushFlags(list);
            case List<?> list -> pushTensors(list);
            default ->
                throw new IllegalArgumentException(
                    "an operator's argument cannot be a %s; allowed are null, tensors and lists of them, numbers, booleans, strings, DType, Device and arrays"
                        .formatted(argument.getClass().getName()));
          });
    }

    private int pushFlags(boolean[] list) {
      var flags = arena.allocate(JAVA_INT, Math.max(1, list.length));
      for (int i = 0; i < list.length; i++) {
        flags.setAtIndex(JAVA_INT, i, list[i] ? 1 : 0);
      }
      return TocoTorch.tt_push_bool_list(handle, flags, list.length);
    }

    private int pushTensors(List<?> list) {
      var handles = arena.allocate(ADDRESS, Math.max(1, list.size()));
      for (int i = 0; i < list.size(); i++) {
        handles.setAtIndex(
            ADDRESS,
            i,
            switch (list.get(i)) {
              case null -> MemorySegment.NULL;
              case Tensor tensor -> tensor.handle();
              case Object other ->
                  throw new IllegalArgumentException(
                      "a list argument must hold tensors, got a " + other.getClass().getName());
            });
      }
      return TocoTorch.tt_push_tensor_list(handle, handles, list.size());
    }

    List<@Nullable Object> results() {
      var size = arena.allocate(JAVA_LONG);
      Frame.check(TocoTorch.tt_stack_size(handle, size));
      var results = new ArrayList<@Nullable Object>();
      for (long i = 0; i < size.get(JAVA_LONG, 0); i++) {
        results.add(result(i));
      }
      return results;
    }

    @Nullable Object result(long index) {
      var kind = arena.allocate(JAVA_INT);
      var length = arena.allocate(JAVA_LONG);
      Frame.check(TocoTorch.tt_stack_kind(handle, index, kind, length));
      long count = length.get(JAVA_LONG, 0);
      var out = arena.allocate(8 * Math.max(1, count), 8);
      return switch (kind.get(JAVA_INT, 0)) {
        case 0 -> null;
        case 1 -> {
          Frame.check(TocoTorch.tt_stack_tensors_at(handle, index, out));
          yield tensorOrNull(out.get(ADDRESS, 0));
        }
        case 2, 4 -> {
          Frame.check(TocoTorch.tt_stack_ints_at(handle, index, out));
          yield out.get(JAVA_LONG, 0);
        }
        case 3 -> {
          Frame.check(TocoTorch.tt_stack_doubles_at(handle, index, out));
          yield out.get(JAVA_DOUBLE, 0);
        }
        case 5 -> {
          Frame.check(TocoTorch.tt_stack_string_at(handle, index, out));
          yield new String(
              out.asSlice(0, count).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE),
              java.nio.charset.StandardCharsets.UTF_8);
        }
        case 6, 8 -> {
          Frame.check(TocoTorch.tt_stack_ints_at(handle, index, out));
          yield out.asSlice(0, 8 * count).toArray(JAVA_LONG);
        }
        case 7 -> {
          Frame.check(TocoTorch.tt_stack_doubles_at(handle, index, out));
          yield out.asSlice(0, 8 * count).toArray(JAVA_DOUBLE);
        }
        case 9 -> {
          Frame.check(TocoTorch.tt_stack_tensors_at(handle, index, out));
          var tensors = new ArrayList<@Nullable Tensor>();
          for (long i = 0; i < count; i++) {
            tensors.add(tensorOrNull(out.getAtIndex(ADDRESS, i)));
          }
          yield tensors;
        }
        default ->
            throw new TorchException(
                TorchException.Kind.TYPE,
                "result %d is of a type that this bridge does not read".formatted(index));
      };
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
}
