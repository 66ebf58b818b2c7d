package toco.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import toco.config.Config;
import toco.config.ModelConfig;
import toco.host.Program;
import toco.image.Normalization;
import toco.onnx.EncoderGraph.Maps;
import toco.torch.Tensor;

/// A trained network as an ONNX model.
final class NetworkGraph {
  /// The first with LayerNormalization and with Resize that antialiases: ONNX 1.13 and ONNX Runtime
  /// 1.14 of 2023, and all later ones.
  private static final int OPSET = 18;

  private static final int IR_VERSION = 8; // of ONNX 1.13
  private static final int DOUBLE = 11; // TensorProto.DataType
  private static final int INT64 = 7;
  private static final int BUFFER = 1 << 16;

  private final GraphBuilder graph;
  private final Layers layers;
  private final ModelConfig model;

  private NetworkGraph(Map<String, Tensor> weights, ModelConfig model) {
    graph = new GraphBuilder("toco", weights);
    layers = new Layers(graph);
    this.model = model;
  }

  /// Writes a file.
  ///
  /// @param file does not exist yet
  /// @param weights by name: float32, contiguous, on the CPU
  static void write(Path file, Map<String, Tensor> weights, Config config) throws IOException {
    var network = new NetworkGraph(weights, config.model());
    network.build();
    var message = network.message(config);
    try (var channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      var out = CodedOutputStream.newInstance(Channels.newOutputStream(channel), BUFFER);
      message.writeTo(out);
      out.flush();
    }
  }

  private void build() {
    var images =
        graph.input(
            "image",
            "RGB images of at least one patch, normalised: (level - mean) / std per channel, levels"
                + " 0 to 255, with mean and std of the metadata",
            "batch",
            3,
            "height",
            "width");
    var maps = new EncoderGraph(layers, model).forward(images);
    int classes = model.foregroundClasses();
    graph.scope("classifier");
    graph.output(
        classLogits(maps), "cls", "logits of the classes without background", "batch", classes);
    graph.scope("decoder");
    graph.output(
        decoder(maps.patchMap()),
        "seg",
        "segmentation logits per patch, background first",
        "batch",
        model.numClasses(),
        "rows",
        "columns");
    graph.scope("classifier");
    graph.output(
        layers.pointwise(maps.patchMap(), "classifier"),
        "cam",
        "class activation maps before ReLU",
        "batch",
        classes,
        "rows",
        "columns");
    graph.scope("aux_classifier");
    graph.output(
        layers.pointwise(maps.auxMap(), "aux_classifier"),
        "camAux",
        "class activation maps of the auxiliary layer before ReLU",
        "batch",
        classes,
        "rows",
        "columns");
  }

  /// [B, K], as [toco.model.Network#classLogits].
  private String classLogits(Maps maps) {
    double share = model.pooledShare();
    if (share == 0) {
      var largest = graph.add("GlobalMaxPool", maps.patchMap()); // [B, D, 1, 1]
      return graph.add("Flatten", layers.pointwise(largest, "classifier"));
    }
    var perPatch =
        graph.add("Reshape", layers.pointwise(maps.patchMap(), "classifier"), graph.ints(0, 0, -1));
    var top =
        graph.add(2, "TopK", Map.of("axis", 2), perPatch, pooled(share, maps.grid())).getFirst();
    return graph.add("ReduceMean", Map.of("keepdims", 0), top, graph.ints(2));
  }

  /// The number of patches that are pooled, int64 [1]: max(1, round(share · h · w)).
  private String pooled(double share, String grid) {
    var sides = graph.add("Cast", Map.of("to", DOUBLE), grid);
    var patches =
        graph.add(
            "Mul",
            graph.add("Mul", graph.doubleScalar(share), layers.slice(sides, 0, 0, 1)),
            layers.slice(sides, 0, 1, 2));
    var rounded = graph.add("Floor", graph.add("Add", patches, graph.doubleScalar(0.5)));
    return graph.add("Max", graph.add("Cast", Map.of("to", INT64), rounded), graph.ints(1));
  }

  private String decoder(String patchMap) {
    var x = graph.add("Relu", dilated(patchMap, "decoder.conv6"));
    return layers.pointwise(graph.add("Relu", dilated(x, "decoder.conv7")), "decoder.conv8");
  }

  private String dilated(String map, String name) {
    long by = model.decoderDilation();
    return graph.add(
        "Conv",
        Map.of("dilations", new long[] {by, by}, "pads", new long[] {by, by, by, by}),
        map,
        graph.weight(name + ".weight"));
  }

  private ModelProto message(Config config) {
    var message =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
            .setProducerName("toco")
            .setProducerVersion(Program.version().orElse(""))
            .setModelVersion(1)
            .setDocString("Weakly supervised semantic segmentation, trained with ToCo for the JVM")
            .setGraph(graph.graph());
    metadata(config)
        .forEach((key, value) ->
            message.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return message.build();
  }

  private static Map<String, String> metadata(Config config) {
    var model = config.model();
    var constants = Normalization.of(model.statistics()).describe().lines().toList();
    var entries = new LinkedHashMap<String, String>();
    entries.put("classes", "background\n" + String.join("\n", config.data().classNames()));
    entries.put("mean", constants.get(0));
    entries.put("std", constants.get(1));
    entries.put("patchSizePx", String.valueOf(model.encoderShape().patchSizePx()));
    entries.put("config", config.toYaml());
    return entries;
  }
}
