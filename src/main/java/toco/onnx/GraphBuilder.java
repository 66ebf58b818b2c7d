package toco.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import toco.torch.Tensor;

/// A graph in the making. Values are named by the node that gives them.
final class GraphBuilder {
  /// A weight's memory as it is, in a message that is valid while the weights live.
  private final Map<String, Tensor> weights;

  private final GraphProto.Builder graph;
  private final Set<String> initializers = new HashSet<>();
  private final Map<TensorProto, String> constants = new HashMap<>();
  private final Map<String, Integer> nodes = new HashMap<>(); // how many of each name
  private String scope = "";

  /// @param weights by name: float32, contiguous, on the CPU
  GraphBuilder(String name, Map<String, Tensor> weights) {
    this.weights = weights;
    graph = GraphProto.newBuilder().setName(name);
  }

  /// Nodes from here on are named as part of a module, such as `encoder.blocks.0`.
  void scope(String module) {
    scope = module;
  }

  /// Adds a node with one output and returns the output's name.
  ///
  /// @param inputs names of values; an empty one leaves out an optional input
  String add(String operator, String... inputs) {
    return add(operator, Map.of(), inputs);
  }

  /// The same with attributes: whole numbers, doubles (written as float32), text or long[].
  String add(String operator, Map<String, Object> attributes, String... inputs) {
    return add(1, operator, attributes, inputs).getFirst();
  }

  /// The same with several outputs.
  List<String> add(int outputs, String operator, Map<String, Object> attributes, String... inputs) {
    var name = scope + "/" + operator;
    int before = nodes.merge(name, 1, Integer::sum) - 1;
    var unique = before == 0 ? name : name + "_" + before;
    var node = NodeProto.newBuilder().setName(unique).setOpType(operator);
    node.addAllInput(List.of(inputs));
    attributes.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> node.addAttribute(attribute(entry.getKey(), entry.getValue())));
    var names = new ArrayList<String>();
    for (int i = 0; i < outputs; i++) {
      names.add(i == 0 ? unique : unique + ":" + i);
    }
    graph.addNode(node.addAllOutput(names));
    return names;
  }

  private static AttributeProto attribute(String name, Object value) {
    var attribute = AttributeProto.newBuilder().setName(name);
    switch (value) {
      case Integer number -> attribute.setType(AttributeType.INT).setI(number);
      case Double number -> attribute.setType(AttributeType.FLOAT).setF(number.floatValue());
      case String text ->
          attribute.setType(AttributeType.STRING).setS(ByteString.copyFromUtf8(text));
      case long[] numbers ->
          attribute.setType(AttributeType.INTS).addAllInts(LongStream.of(numbers).boxed().toList());
      default -> throw new IllegalArgumentException("not an attribute: " + value.getClass());
    }
    return attribute.build();
  }

  /// A weight by its name in the state dict, which is its name in the file too.
  String weight(String name) {
    if (initializers.add(name)) {
      var tensor = weights.get(name);
      if (tensor == null) {
        throw new IllegalArgumentException("the network has no weight " + name);
      }
      var data = UnsafeByteOperations.unsafeWrap(tensor.segment().asByteBuffer());
      graph.addInitializer(
          TensorProto.newBuilder()
              .setName(name)
              .setDataType(TensorProto.DataType.FLOAT_VALUE)
              .addAllDims(LongStream.of(tensor.shape().sizes()).boxed().toList())
              .setRawData(data));
    }
    return name;
  }

  /// The int64 constant [n].
  String ints(long... values) {
    return constant(
        TensorProto.newBuilder()
            .setDataType(TensorProto.DataType.INT64_VALUE)
            .addDims(values.length)
            .addAllInt64Data(LongStream.of(values).boxed().toList())
            .build());
  }

  /// The int64 constant without dimensions.
  String number(long value) {
    return constant(
        TensorProto.newBuilder()
            .setDataType(TensorProto.DataType.INT64_VALUE)
            .addInt64Data(value)
            .build());
  }

  /// The float32 constant [n].
  String floats(double... values) {
    var tensor =
        TensorProto.newBuilder()
            .setDataType(TensorProto.DataType.FLOAT_VALUE)
            .addDims(values.length);
    for (double value : values) {
      tensor.addFloatData((float) value);
    }
    return constant(tensor.build());
  }

  /// The float32 constant without dimensions.
  String scalar(double value) {
    return constant(
        TensorProto.newBuilder()
            .setDataType(TensorProto.DataType.FLOAT_VALUE)
            .addFloatData((float) value)
            .build());
  }

  /// The float64 constant without dimensions.
  String doubleScalar(double value) {
    return constant(
        TensorProto.newBuilder()
            .setDataType(TensorProto.DataType.DOUBLE_VALUE)
            .addDoubleData(value)
            .build());
  }

  private String constant(TensorProto tensor) {
    return constants.computeIfAbsent(
        tensor,
        _ -> {
          var name = "constant_" + constants.size();
          graph.addInitializer(tensor.toBuilder().setName(name));
          return name;
        });
  }

  /// Declares the float32 input.
  ///
  /// @param sizes numbers, and names of sizes that are not fixed
  String input(String name, String description, Object... sizes) {
    graph.addInput(value(name, description, sizes));
    return name;
  }

  /// Gives a value the name of a float32 output.
  void output(String value, String name, String description, Object... sizes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setName(name + "/Identity")
            .setOpType("Identity")
            .addInput(value)
            .addOutput(name));
    graph.addOutput(value(name, description, sizes));
  }

  private static ValueInfoProto.Builder value(String name, String description, Object... sizes) {
    var shape = TensorShapeProto.newBuilder();
    for (var size : sizes) {
      if (size instanceof Integer number) {
        shape.addDimBuilder().setDimValue(number);
      } else {
        shape.addDimBuilder().setDimParam(size.toString());
      }
    }
    var tensor =
        TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT_VALUE).setShape(shape);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setDocString(description)
        .setType(TypeProto.newBuilder().setTensorType(tensor));
  }

  GraphProto.Builder graph() {
    return graph;
  }
}
