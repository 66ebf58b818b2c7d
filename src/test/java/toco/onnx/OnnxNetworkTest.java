package toco.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.torch.DType;
import toco.torch.Tensor;
import toco.torch.TensorTest;

/// Networks that other programs wrote run, and files that are none are refused on one line.
@TensorTest
class OnnxNetworkTest {
  @TempDir Path folder;

  @Test
  void aNetworkOfAnotherProgramRuns() throws IOException {
    try (var network = OnnxNetwork.open(foreign("Add", 18), 1)) {
      assertEquals(
          "{x=float32 [batch, 2, ?]}", network.inputs().toString(), "names and sizes as in it");
      assertEquals(Map.of("labels", "a b"), network.metadata());
      var x = Tensor.randn(3, 2, 5);
      var outputs = network.run(x.transpose(1, 2).contiguous().transpose(1, 2), List.of("y", "n"));
      assertEquals(List.of("y", "n"), List.copyOf(outputs.keySet()));
      assertTrue(x.mul(2).equal(outputs.get("y")));
      assertTrue(x.mul(2).to(DType.INT64).equal(outputs.get("n")), "of another type");
      assertEquals(1, network.run(x, List.of("n")).size(), "only what is asked for");
      assertTrue(x.mul(2).equal(network.run(x.to(DType.FLOAT64), List.of("y")).get("y")));
    }
  }

  @Test
  void whatItDoesNotTakeIsSaid() throws IOException {
    try (var network = OnnxNetwork.open(foreign("Add", 18))) {
      var x = Tensor.randn(1, 2, 5);
      assertSays("no tensor 'z' among its outputs", () -> network.run(x, List.of("z")));
      assertSays(
          "takes x float32 [batch, 2, ?], got uint8",
          () -> network.run(x.to(DType.UINT8), List.of("y")));
      assertSays("Got: 3 Expected: 2", () -> network.run(Tensor.randn(1, 3, 5), List.of("y")));
      assertSays("Expected: 3", () -> network.run(Tensor.randn(2, 5), List.of("y")));
    }
  }

  @Test
  void aTypeThatOnlyOneSideHasIsNoTensor() throws IOException {
    var graph = GraphProto.newBuilder().setName("g");
    graph.addInput(value("x", TensorProto.DataType.STRING));
    graph.addOutput(value("y", TensorProto.DataType.STRING));
    graph.addNode(NodeProto.newBuilder().setOpType("Identity").addInput("x").addOutput("y"));
    try (var network = OnnxNetwork.open(write(graph, 18))) {
      assertEquals(Optional.empty(), network.inputs().get("x").type());
      assertSays("no tensor 'y'", () -> network.run(Tensor.zeros(1), List.of("y")));
    }
  }

  @Test
  void filesThatAreNoNetworkAreRefused() throws IOException {
    var whole = Files.readAllBytes(foreign("Add", 18));
    var file = folder.resolve("damaged.onnx");
    for (int length : new int[] {0, 1, whole.length / 2, whole.length - 1}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertRefused(file, "is no ONNX network that ONNX Runtime");
    }
    Files.writeString(file, "<html>not found</html>");
    assertRefused(file, "is no ONNX network that ONNX Runtime");
    assertRefused(folder, "is no file that can be read");
    assertRefused(folder.resolve("missing.onnx"), "is no file that can be read");
  }

  /// Where a changed byte leaves a network, it runs or refuses the images.
  @Test
  void changedBytesAreANetworkOrAreRefused() throws IOException {
    var whole = Files.readAllBytes(foreign("Add", 18));
    var file = folder.resolve("changed.onnx");
    var random = new Random(1);
    int refused = 0;
    for (int i = 0; i < 300; i++) {
      var bytes = whole.clone();
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      Files.write(file, bytes);
      try (var network = OnnxNetwork.open(file, 1)) {
        var _ = network.run(Tensor.zeros(1, 2, 1), List.of("y"));
      } catch (OnnxException e) {
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
        refused++;
      }
    }
    assertTrue(refused > 100, refused + " refused");
  }

  @ParameterizedTest
  @ValueSource(ints = {18, 9999})
  void unknownOperatorsAndVersionsAreNamed(int opset) throws IOException {
    assertRefused(
        foreign(opset == 18 ? "Unheard" : "Add", opset), opset == 18 ? "Unheard" : "9999");
  }

  private static void assertRefused(Path file, String words) {
    assertSays(words, () -> OnnxNetwork.open(file).close());
    assertSays(file.toString(), () -> OnnxNetwork.open(file).close());
  }

  private static void assertSays(String words, Executable call) {
    var message = assertThrows(OnnxException.class, call).getMessage();
    assertTrue(message.contains(words), message);
    assertFalse(message.contains("\n"), message);
  }

  /// y = x + x and n, its integers, in a file as exporters of other programs write it.
  private Path foreign(String operator, int opset) throws IOException {
    var graph = GraphProto.newBuilder().setName("g");
    graph.addInput(value("x", TensorProto.DataType.FLOAT));
    graph.addOutput(value("y", TensorProto.DataType.FLOAT));
    graph.addOutput(value("n", TensorProto.DataType.INT64));
    graph.addNode(
        NodeProto.newBuilder().setOpType(operator).addInput("x").addInput("x").addOutput("y"));
    var cast = NodeProto.newBuilder().setOpType("Cast").addInput("y").addOutput("n");
    cast.addAttributeBuilder()
        .setName("to")
        .setType(AttributeProto.AttributeType.INT)
        .setI(TensorProto.DataType.INT64_VALUE);
    return write(graph.addNode(cast), opset);
  }

  private static ValueInfoProto value(String name, TensorProto.DataType type) {
    var shape = TensorShapeProto.newBuilder();
    shape.addDimBuilder().setDimParam("batch");
    shape.addDimBuilder().setDimValue(2);
    shape.addDimBuilder();
    var tensor = TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  private Path write(GraphProto.Builder graph, int opset) throws IOException {
    var model =
        ModelProto.newBuilder()
            .setIrVersion(8)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
            .addMetadataProps(StringStringEntryProto.newBuilder().setKey("labels").setValue("a b"))
            .setGraph(graph);
    return Files.write(folder.resolve("foreign.onnx"), model.build().toByteArray());
  }
}
