package toco.torch;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.torch.ffi.TocoTorch;

/// Calls any registered operator by name: LibTorch's own, and those of libraries loaded with
/// [LibTorch#loadLibrary].
///
/// ```java
/// var inverse = Ops.call("aten::linalg_inv", matrix);
/// var parts = (List<?>) Ops.callAll("aten::split.Tensor", x, 4, 1).getFirst();
/// ```
///
/// Arguments are in the schema's order; trailing ones with a default may be omitted, and any may be
/// given by name:
///
/// ```java
/// var most = Ops.call("aten::amax", new Object[] {x}, Map.of("dim", 1, "keepdim", true));
/// ```
///
/// Types:
///
/// | schema | argument | result |
/// |---|---|---|
/// | `Tensor`, `Tensor?` | [Tensor], null | [Tensor], null |
/// | `int`, `SymInt` | any integer | [Long] |
/// | `float` | any real number | [Double] |
/// | `complex` | [Complex], any real number | [Complex] |
/// | `Scalar` | [Complex], any real number, [Boolean] | [Long], [Double], [Complex] |
/// | `bool` | [Boolean] | [Long], 0 or 1 |
/// | `str` | [String] | [String] |
/// | `ScalarType`, `Layout`, `MemoryFormat` | [DType], [TensorLayout], [MemoryFormat] | [Long] |
/// | `int[]` | `long[]`, `int[]` | `long[]` |
/// | `float[]` | `double[]` | `double[]` |
/// | `bool[]` | `boolean[]` | `long[]`, 0 or 1 each |
/// | `Tensor[]`, `Tensor?[]` | [List] of tensors or nulls | the same |
/// | tuple | `Object[]` | [List] |
/// | dict | [Map] | [Map] |
/// | a list of another type | [List] of its elements | [List] |
/// | `Device`, `Generator` | [Device] or [String], [Generator] | [NativeObject] |
/// | any other | [NativeObject] | [NativeObject] |
///
/// As in PyTorch, a number stands for a tensor without dimensions and the reverse, and one number
/// for all entries of a list of fixed length, such as `int[2] stride`.
public final class Ops {
  private Ops() {}

  /// Calls an operator that returns one tensor.
  ///
  /// @param name such as `aten::add.Tensor`: namespace, name, and after a dot the overload, if any
  /// @throws TorchException if there is no such operator, an argument does not fit, or the result
  ///   is not one tensor
  public static Tensor call(String name, @Nullable Object... arguments) {
    return call(name, arguments, Map.of());
  }

  /// The same with arguments by name.
  ///
  /// @param arguments the first ones, in the schema's order
  /// @param keywords others by the schema's names, such as `dim`
  public static Tensor call(
      String name, @Nullable Object[] arguments, Map<String, ? extends @Nullable Object> keywords) {
    var results = callAll(name, arguments, keywords);
    if (results.size() == 1 && results.getFirst() instanceof Tensor tensor) {
      return tensor;
    }
    close(results);
    throw new TorchException(
        TorchException.Kind.TYPE,
        "%s does not return one tensor; use callAll, schema: %s".formatted(name, schema(name)));
  }

  /// Calls an operator and returns its results in order, typed as in the table above.
  ///
  /// @param name as for [#call]
  /// @throws TorchException if there is no such operator, or an argument does not fit
  public static List<@Nullable Object> callAll(String name, @Nullable Object... arguments) {
    return callAll(name, arguments, Map.of());
  }

  /// The same with arguments by name, as for [#call(String, Object\[\], Map)].
  public static List<@Nullable Object> callAll(
      String name, @Nullable Object[] arguments, Map<String, ? extends @Nullable Object> keywords) {
    try (var stack = new CallStack()) {
      for (var argument : arguments) {
        stack.push(argument);
      }
      keywords.values().forEach(stack::push);
      var names = stack.names(List.copyOf(keywords.keySet()));
      CallScratch.check(
          TocoTorch.tt_call_named(
              stack.operator(name), stack.overload(name), stack.handle, names, keywords.size()));
      return stack.results();
    }
  }

  /// An operator's schema, such as `aten::relu(Tensor self) -> Tensor`.
  public static String schema(String name) {
    try (var stack = new CallStack()) {
      CallScratch.check(
          TocoTorch.tt_schema(stack.operator(name), stack.overload(name), stack.handle));
      return String.valueOf(stack.result(0));
    }
  }

  static void close(List<?> results) {
    for (var result : results) {
      if (result instanceof Tensor tensor) {
        tensor.close();
      } else if (result instanceof List<?> list) {
        close(list);
      } else if (result instanceof Map<?, ?> map) {
        close(List.copyOf(map.values()));
      }
    }
  }
}
