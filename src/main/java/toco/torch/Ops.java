package toco.torch;

import java.util.List;
import java.util.Map;
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
/// `long[]`, `double[]`, `boolean[]`, lists of tensors (with nulls for optional ones), [Generator],
/// [NativeObject], tuples as `Object[]` and dicts as maps.
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
  /// 1), [String], arrays or lists of tensors, lists for tuples, maps for dicts, null for none, a
  /// [NativeObject] for anything else.
  public static List<@Nullable Object> callAll(String name, @Nullable Object... arguments) {
    try (var stack = new CallStack()) {
      for (var argument : arguments) {
        stack.push(argument);
      }
      CallScratch.check(
          TocoTorch.tt_call(stack.operator(name), stack.overload(name), stack.handle));
      return stack.results();
    }
  }

  /// The operator's declaration, such as `aten::relu(Tensor self) -> Tensor`.
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
