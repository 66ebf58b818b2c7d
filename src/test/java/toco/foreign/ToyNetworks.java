package toco.foreign;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import toco.torch.ScriptModule;

/// Segmentation networks whose logits are a known function of the pixels, as other programs export
/// them, and a data set on which their scores can be computed by hand. With levels in 0…1 the logit
/// of the background is 0.5, that of class red the red channel, that of class green the green one.
public final class ToyNetworks {
  /// Red to the left and black to the right, green above and black below, of 16 px. The first
  /// image's mask shows red in its left quarter only.
  public static final double RED_IOU = 0.5; // 64 of 128

  /// All 128 pixels.
  public static final double GREEN_IOU = 1;

  /// 128 of 192 in the first image, 128 of 128 in the second.
  public static final double BACKGROUND_IOU = 256.0 / 320;

  /// The same as one.
  public static final double MIOU = (RED_IOU + GREEN_IOU + BACKGROUND_IOU) / 3;

  private static final int SIDE = 16;
  private static final String LOGITS = "torch.cat([torch.full_like(x[:, :1], 0.5), x[:, :2]], 1)";

  private ToyNetworks() {}

  /// A configuration of the data set, which is written.
  public static Path config(Path folder) throws IOException {
    var root = folder.resolve("toys");
    picture(root.resolve("images/a.png"), (x, _) -> x < 8 ? Color.RED : Color.BLACK);
    picture(root.resolve("images/b.png"), (_, y) -> y < 8 ? Color.GREEN : Color.BLACK);
    mask(root.resolve("masks/a.png"), (x, _) -> x < 4 ? 1 : 0);
    mask(root.resolve("masks/b.png"), (_, y) -> y < 8 ? 2 : 0);
    Files.writeString(root.resolve("labels.csv"), "a.png,red\nb.png,green\n");
    Files.writeString(root.resolve("val.txt"), "a\nb\n");
    return Files.writeString(
        folder.resolve("toys.yaml"),
        """
        data: {layout: folder, root: '%s', imageDir: images, maskDir: masks, valList: val.txt,
          trainList: val.txt, labels: labels.csv, classNames: [red, green]}
        model: {backbone: deit_tiny_patch16_224}
        run: {dir: '%s'}
        eval: {sizePx: 16, camScales: [1]}
        train: {device: cpu}
        """
            .formatted(root, folder.resolve("run")));
  }

  private interface Pixels<T> {
    T at(int x, int y);
  }

  private static void picture(Path file, Pixels<Color> pixels) throws IOException {
    var image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    each((x, y) -> image.setRGB(x, y, pixels.at(x, y).getRGB()));
    write(image, file);
  }

  private static void mask(Path file, Pixels<Integer> labels) throws IOException {
    var image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
    each((x, y) -> image.getRaster().setSample(x, y, 0, labels.at(x, y)));
    write(image, file);
  }

  private static void each(java.util.function.BiConsumer<Integer, Integer> pixel) {
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        pixel.accept(x, y);
      }
    }
  }

  private static void write(BufferedImage image, Path file) throws IOException {
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    ImageIO.write(image, "png", file.toFile());
  }

  /// A TorchScript module with this body of `forward(self, x: Tensor)`, where LOGITS are the logits
  /// at the image's size.
  ///
  /// @param type of the result
  public static Path script(Path file, String type, String body) {
    try (var module = ScriptModule.create("Toy")) {
      var lines = body.replace("LOGITS", LOGITS).lines().map(line -> "    " + line + "\n").toList();
      module.define(
          "def forward(self, x: Tensor) -> %s:\n%s".formatted(type, String.join("", lines)));
      module.save(file, Map.of());
      return file;
    }
  }

  /// A TorchScript module that gives the logits as one tensor.
  public static Path script(Path file) {
    return script(file, "Tensor", "return LOGITS");
  }

  /// An ONNX file that gives the logits as output `out`, and `other`, twice these.
  ///
  /// @param sizePx of its images; −1: any
  public static Path onnx(Path file, int sizePx) throws IOException {
    var graph = GraphProto.newBuilder().setName("toy");
    graph.addInput(value("images", 3, sizePx));
    graph.addOutput(value("other", 3, sizePx)).addOutput(value("out", 3, sizePx));
    graph.addInitializer(tensor("w", List.of(0f, 0f, 0f, 1f, 0f, 0f, 0f, 1f, 0f), 3, 3, 1, 1));
    graph.addInitializer(tensor("b", List.of(0.5f, 0f, 0f), 3));
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType("Conv")
            .addAllInput(List.of("images", "w", "b"))
            .addOutput("out")
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("kernel_shape")
                    .setType(AttributeProto.AttributeType.INTS)
                    .addAllInts(List.of(1L, 1L))));
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType("Add")
            .addAllInput(List.of("out", "out"))
            .addOutput("other"));
    var model =
        ModelProto.newBuilder()
            .setIrVersion(8)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(18))
            .setGraph(graph);
    return Files.write(file, model.build().toByteArray());
  }

  private static TensorProto tensor(String name, List<Float> values, long... shape) {
    var tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.FLOAT.getNumber())
            .addAllFloatData(values);
    for (long size : shape) {
      tensor.addDims(size);
    }
    return tensor.build();
  }

  private static ValueInfoProto value(String name, int channels, int sizePx) {
    var shape = TensorShapeProto.newBuilder();
    shape.addDimBuilder().setDimValue(1);
    shape.addDimBuilder().setDimValue(channels);
    IntStream.range(0, 2)
        .forEach(side -> {
          if (sizePx < 0) {
            shape.addDimBuilder().setDimParam(side == 0 ? "height" : "width");
          } else {
            shape.addDimBuilder().setDimValue(sizePx);
          }
        });
    var tensor =
        TypeProto.Tensor.newBuilder()
            .setElemType(TensorProto.DataType.FLOAT.getNumber())
            .setShape(shape);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }
}
