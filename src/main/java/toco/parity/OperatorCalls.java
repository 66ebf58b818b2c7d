package toco.parity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import toco.checkpoint.CheckpointException;
import toco.checkpoint.SafeTensors;
import toco.files.Json;
import toco.torch.Complex;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.MemoryFormat;
import toco.torch.Ops;
import toco.torch.Tensor;
import toco.torch.TensorLayout;
import toco.torch.TensorScope;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Calls of LibTorch's operators by name, recorded in `calls.json` with their results: whether
/// [Ops] takes what PyTorch takes. The tensors are in `calls.safetensors`.
final class OperatorCalls {
  private static final String FILE = "calls.json";
  private static final Tolerance CLOSE = new Tolerance.Within(1e-4, 1e-4);
  private static final Tolerance CLOSE_BFLOAT16 = new Tolerance.Within(2e-2, 2e-2);
  private static final Pattern ARGUMENT = Pattern.compile("(\\w+)(?:=[^,)]*)?(?=, |\\) ->)");

  private final Map<String, Tensor> tensors;
  private final Device device;

  private OperatorCalls(Map<String, Tensor> tensors, Device device) {
    this.tensors = tensors;
    this.device = device;
  }

  /// One row per recorded call, on the CPU; none if the folder has no `calls.json`.
  static List<Parity.Row> of(Path directory) {
    return of(directory, Device.CPU);
  }

  /// The same with all tensors on another device than that of the recording, the CPU.
  static List<Parity.Row> of(Path directory, Device device) {
    var file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      return List.of();
    }
    try (var _ = TensorScope.open()) {
      var calls = Json.MAPPER.readTree(Files.readString(file));
      var recorded =
          new OperatorCalls(
              SafeTensors.read(directory.resolve("calls.safetensors")).tensors(), device);
      var rows = new ArrayList<Parity.Row>();
      for (int i = 0; i < calls.size(); i++) {
        rows.add(recorded.row(calls.get(i), i));
      }
      return rows;
    } catch (IOException | JacksonException e) {
      throw new CheckpointException(file, "cannot be read: " + e.getMessage());
    }
  }

  private Parity.Row row(JsonNode call, int index) {
    var overload = call.path("overload").asString();
    var name = call.path("op").asString() + (overload.isEmpty() ? "" : "." + overload);
    var row = name + " (call " + index + ")";
    try (var _ = TensorScope.open()) {
      var results = run(name, call.path("args"));
      if (call.path("result_is_list").asBoolean()
          && results.size() == 1
          && results.getFirst() instanceof List<?> list) {
        results = new ArrayList<>(list);
      }
      var expected = call.path("results");
      if (results.size() != expected.size()) {
        return missed(
            row, "expected %s results, got %s".formatted(expected.size(), results.size()));
      }
      double worst = 0;
      for (int i = 0; i < results.size(); i++) {
        var value = value(expected.get(i));
        var problem = difference(value, results.get(i));
        if (!problem.isEmpty()) {
          return missed(row, "result " + i + ": " + problem);
        }
        worst = Math.max(worst, error(value, results.get(i)));
      }
      return new Parity.Row(FILE, row, worst, CLOSE.toString(), true, "");
    } catch (RuntimeException e) {
      return missed(row, Parity.oneLine(e));
    }
  }

  /// Gives the leading arguments by position and those after a gap by name.
  private List<@Nullable Object> run(String name, JsonNode arguments) {
    var names = argumentNames(Ops.schema(name));
    var positional = new ArrayList<@Nullable Object>();
    var keywords = new LinkedHashMap<String, @Nullable Object>();
    for (int i = 0; i < arguments.size(); i++) {
      var argument = arguments.get(i).get(0).asString();
      var value = value(arguments.get(i).get(1));
      if (keywords.isEmpty() && i < names.size() && names.get(i).equals(argument)) {
        positional.add(value);
      } else {
        keywords.put(argument, value);
      }
    }
    return Ops.callAll(name, positional.toArray(), keywords);
  }

  private static List<String> argumentNames(String schema) {
    return ARGUMENT.matcher(schema).results().map(match -> match.group(1)).toList();
  }

  private @Nullable Object value(JsonNode node) {
    if (node.isNull()) {
      return null;
    }
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    var kind = node.has("tensor") ? "tensor" : node.propertyNames().iterator().next();
    var value = node.path(kind);
    return switch (kind) {
      case "tensor" -> tensor(node);
      case "int" -> value.longValue();
      case "float" -> Double.parseDouble(javaNumber(value.asString()));
      case "complex" -> new Complex(value.get(0).doubleValue(), value.get(1).doubleValue());
      case "str" -> value.asString();
      case "device" -> device;
      case "dtype" -> named(DType.values(), value.asString());
      case "memory_format" -> named(MemoryFormat.values(), value.asString().replace("_format", ""));
      case "layout" -> named(TensorLayout.values(), value.asString());
      case "list" -> value.valueStream().map(this::value).toList();
      default -> throw new IllegalArgumentException("unknown kind of value: " + node);
    };
  }

  private static String javaNumber(String text) {
    return text.replace("inf", "Infinity").replace("nan", "NaN");
  }

  private static <E extends Enum<E>> E named(E[] values, String name) {
    for (var value : values) {
      if (value.name().equals(name.toUpperCase(Locale.ROOT))) {
        return value;
      }
    }
    throw new IllegalArgumentException("unknown name: " + name);
  }

  /// A copy, because an operator may change it, in the recorded memory layout.
  private Tensor tensor(JsonNode node) {
    var key = node.path("tensor").asString();
    var stored = tensors.get(key);
    if (stored == null) {
      throw new IllegalArgumentException("calls.safetensors has no tensor " + key);
    }
    var tensor = node.path("complex").asBoolean(false) ? stored.viewAsComplex() : stored;
    if (!node.has("strides")) {
      return device.isCpu() ? tensor.clone() : tensor.to(device);
    }
    var strides = node.path("strides").valueStream().mapToLong(JsonNode::longValue).toArray();
    var sizes = tensor.shape().sizes();
    var distinct = tensor; // one of the elements that share their memory, stride 0
    for (int dim = 0; dim < strides.length; dim++) {
      distinct =
          strides[dim] == 0
              ? Ops.call("aten::narrow", distinct, dim, 0, Math.min(1, sizes[dim]))
              : distinct;
    }
    var laidOut =
        Ops.call(
            "aten::empty_strided",
            new Object[] {distinct.shape().sizes(), strides},
            Map.of("dtype", tensor.dtype(), "device", device));
    laidOut.copy_(distinct);
    return laidOut.expand(sizes);
  }

  private static String difference(@Nullable Object expected, @Nullable Object got) {
    if (!(expected instanceof Tensor tensor) || !(got instanceof Tensor other)) {
      var pass = CLOSE.compare(numbers(expected), numbers(got)).pass();
      return pass ? "" : "expected %s, got %s".formatted(expected, got);
    }
    if (!tensor.shape().equals(other.shape()) || tensor.dtype() != other.dtype()) {
      return "expected %s %s, got %s %s"
          .formatted(tensor.dtype(), tensor.shape(), other.dtype(), other.shape());
    }
    var verdict = tolerance(tensor).compare(numbers(tensor), numbers(other));
    return verdict.pass() ? "" : "differs by " + verdict.error();
  }

  private static double error(@Nullable Object expected, @Nullable Object got) {
    return CLOSE.compare(numbers(expected), numbers(got)).error();
  }

  private static Tolerance tolerance(Tensor expected) {
    return expected.dtype() == DType.BFLOAT16 ? CLOSE_BFLOAT16 : CLOSE;
  }

  private static double[] numbers(@Nullable Object value) {
    return switch (value) {
      case Tensor tensor ->
          (tensor.dtype().isComplex() ? tensor.viewAsReal() : tensor).toDoubleArray();
      case Boolean flag -> new double[] {flag ? 1 : 0};
      case Number number -> new double[] {number.doubleValue()};
      case Complex number -> new double[] {number.re(), number.im()};
      case null, default -> throw new IllegalArgumentException("no number: " + value);
    };
  }

  private static Parity.Row missed(String row, String note) {
    return Parity.failed(FILE, row, CLOSE.toString(), note);
  }
}
