package toco.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.PythonTorch;
import toco.checkpoint.CheckpointException;
import toco.checkpoint.ExportedOutputs;
import toco.checkpoint.SmallNetwork;
import toco.config.Config;
import toco.config.PixelStatistics;
import toco.model.Toco;
import toco.torch.DType;
import toco.torch.GradMode;
import toco.torch.Tensor;
import toco.torch.TensorTest;

/// An exported network computes the same outputs as the original in ONNX Runtime.
@TensorTest
class OnnxExportTest {
  private static final Config SMALL = SmallNetwork.CONFIG;

  /// Relative; sums in another order.
  private static final double TOLERANCE = 1e-5;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.auxLayer=-1",
        "model.auxLayer=-3",
        "model.qkvBias=false",
        "model.distilled=true",
        "model.attentionScale=0.5",
        "model.decoderDilation=2",
        "model.pooledShare=1",
        "model.pooledShare=0.25",
        "model.pooledShare=1e-5"
      })
  void everyVariantGivesTheNetworksOutputs(String variant) {
    var config = SMALL.with(variant);
    try (var model = SmallNetwork.of(config)) {
      var difference = OnnxExport.write(folder.resolve("x.onnx"), model, config);
      assertTrue(difference.getAsDouble() < TOLERANCE, () -> difference.toString());
    }
    assertEquals(1, folder.toFile().list().length, "nothing else is left");
  }

  /// Of every family, and combinations. Factors of LayerScale start near 0, and positions are
  /// small, so they are drawn first.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "resampling=hf,model.distilled=true", // DeiT, MAE, AugReg
        "resampling=timm",
        "resampling=original", // DINO
        "layerScale=true,resampling=original", // DINOv2
        "layerScale=true,registerTokens=4,position=learned_patches,resampling=timm",
        "layerScale=true,position=learned_patches", // DeiT III
        "preNorm=true,patchBias=false,model.layerNormEps=0.1", // CLIP
        "preNorm=true,patchBias=false,activation=quick_gelu",
        "layerScale=true,registerTokens=4,position=rope,model.qkvBias=false", // DINOv3
        "layerScale=true,registerTokens=4,position=rope,keyBias=false",
        "registerTokens=2,position=rope,resampling=original",
        "registerTokens=2,resampling=timm,keyBias=false"
      })
  void everySwitchGivesTheNetworksOutputs(String switches) {
    var config = withSwitches(switches);
    try (var model = drawn(config)) {
      var difference = OnnxExport.write(folder.resolve("x.onnx"), model, config);
      assertTrue(difference.getAsDouble() < TOLERANCE, () -> difference.toString());
    }
  }

  private static Config withSwitches(String switches) {
    var config = SMALL;
    for (var each : switches.split(",")) {
      config = config.with(each.startsWith("model.") ? each : "model.variant." + each);
    }
    return config;
  }

  private static Toco drawn(Config config) {
    var model = SmallNetwork.of(config);
    try (var _ = GradMode.noGrad()) {
      model
          .params()
          .all()
          .forEach((name, weight) -> {
            if (name.matches(".*(gamma|_bias|pos_embed)")) {
              var _ = weight.normal_(1, 1);
            }
          });
    }
    return model;
  }

  /// Also by the reference implementation of ONNX's operators, which knows nothing of ours.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "layerScale=true,resampling=original",
        "registerTokens=2,position=learned_patches,resampling=timm",
        "preNorm=true,activation=quick_gelu",
        "registerTokens=4,position=rope,keyBias=false"
      })
  void pythonAcceptsItAndComputesTheSame(String switches) throws Exception {
    var config = withSwitches(switches).with("model.pooledShare=0.25");
    var file = folder.resolve("x.onnx");
    try (var model = drawn(config);
        var _ = GradMode.noGrad()) {
      OnnxExport.write(file, model, config);
      for (var size : new long[][] {{1, 32, 32}, {2, 40, 64}, {3, 51, 24}}) {
        var images = Tensor.randn(size[0], 3, size[1], size[2]);
        var raw =
            Files.write(
                folder.resolve("images.f32"), images.segment().toArray(ValueLayout.JAVA_BYTE));
        var out = folder.resolve("out");
        var printed =
            PythonTorch.runWith(
                "numpy, onnx, onnxruntime",
                "run_onnx.py",
                file,
                raw,
                size[0],
                size[1],
                size[2],
                out);
        assertEquals("classes config mean patchSizePx std", printed.strip());
        var others = new HashMap<String, Tensor>();
        for (var own : ExportedOutputs.of(model, images).entrySet()) {
          var bytes = Files.readAllBytes(out.resolve(own.getKey() + ".f32"));
          others.put(
              own.getKey(),
              Tensor.copyOf(
                  MemorySegment.ofArray(bytes), DType.FLOAT32, own.getValue().shape().sizes()));
        }
        double difference = ExportedOutputs.difference(ExportedOutputs.of(model, images), others);
        assertTrue(difference < TOLERANCE, () -> switches + " " + difference);
      }
    }
  }

  @Test
  void itDescribesItself() throws IOException {
    var config =
        SMALL.with(
            "model.mean=" + PixelStatistics.CLIP.mean(), "model.std=" + PixelStatistics.CLIP.std());
    var file = folder.resolve("x.onnx");
    try (var model = SmallNetwork.of(config)) {
      OnnxExport.write(file, model, config);
      try (var opened = OnnxNetwork.open(file)) {
        assertEquals("{image=float32 [batch, 3, height, width]}", opened.inputs().toString());
        assertEquals(
            "{cls=float32 [batch, 3], seg=float32 [batch, 4, rows, columns], "
                + "cam=float32 [batch, 3, rows, columns], "
                + "camAux=float32 [batch, 3, rows, columns]}",
            opened.outputs().toString());
        var entries = opened.metadata();
        assertEquals("background\na\nb\nc", entries.get("classes"));
        assertEquals("8", entries.get("patchSizePx"));
        assertLevels(PixelStatistics.CLIP.mean(), entries.get("mean"));
        assertLevels(PixelStatistics.CLIP.std(), entries.get("std"));
        var saved = Config.parse(entries.get("config"), "config", List.of());
        assertEquals(config.model(), saved.model());
      }
      var message = ModelProto.parseFrom(Files.readAllBytes(file));
      assertEquals("toco", message.getProducerName());
      var stored =
          message.getGraph().getInitializerList().stream()
              .collect(Collectors.toMap(TensorProto::getName, it -> it));
      model
          .inferenceWeights()
          .forEach((name, weight) -> {
            var tensor = stored.get(name);
            assertEquals(
                LongStream.of(weight.shape().sizes()).boxed().toList(), tensor.getDimsList());
            assertArrayEquals(
                weight.segment().toArray(ValueLayout.JAVA_BYTE), tensor.getRawData().toByteArray());
          });
    }
  }

  private static void assertLevels(List<Double> shares, String line) {
    var levels = line.split(" ", -1);
    for (int c = 0; c < 3; c++) {
      assertEquals(shares.get(c) * 255, Double.parseDouble(levels[c]), 1e-5);
    }
  }

  /// Of real sizes: the demo's network, and a named one.
  @ParameterizedTest
  @ValueSource(strings = {"custom", "deit_tiny_patch16_224"})
  void largeAndOblongImagesGiveTheNetworksOutputs(String backbone) {
    var config =
        backbone.equals("custom")
            ? Config.load(Path.of("configs/demo.yaml"), List.of())
            : Config.load(
                Path.of("configs/voc_deit_b.yaml"),
                List.of(
                    "model.backbone=" + backbone, "model.pretrained=null", "model.initStd=0.1"));
    var file = folder.resolve("x.onnx");
    try (var model = SmallNetwork.of(config);
        var _ = GradMode.noGrad()) {
      assertTrue(OnnxExport.write(file, model, config).getAsDouble() < TOLERANCE);
      try (var opened = OnnxNetwork.open(file)) {
        for (var size : new long[][] {{224, 224}, {448, 448}, {320, 512}}) {
          var images = Tensor.randn(1, 3, size[0], size[1]);
          var own = ExportedOutputs.of(model, images);
          var others = opened.run(images, List.copyOf(own.keySet()));
          double difference = ExportedOutputs.difference(own, others);
          assertTrue(difference < TOLERANCE, () -> Arrays.toString(size) + " " + difference);
        }
      }
    }
  }

  @Test
  void aFileWhoseOutputsDifferIsNotWritten() throws IOException {
    var file = Files.writeString(folder.resolve("x.onnx"), "an older one");
    try (var model = SmallNetwork.of(SMALL)) {
      try (var _ = GradMode.noGrad()) {
        var _ = model.params().all().get("decoder.conv8.weight").fill_(Double.NaN);
      }
      var refused =
          assertThrows(CheckpointException.class, () -> OnnxExport.write(file, model, SMALL));
      assertEquals(
          file
              + ": is not written: its outputs differ from the network's by NaN, expected at most"
              + " 1e-04",
          refused.getMessage());
    }
    assertEquals("an older one", Files.readString(file));
    assertEquals(1, folder.toFile().list().length, "nothing else is left");
  }

  @Test
  void whatAFileCannotHoldIsRefused() {
    var file = Path.of("x.onnx");
    OnnxExport.requireFit(file, 2_000_000_000L);
    var refused =
        assertThrows(CheckpointException.class, () -> OnnxExport.requireFit(file, 2_520_000_000L));
    assertEquals(
        "x.onnx: is not written: its weights have 2.5 GB, and an ONNX file holds 2 GB; use"
            + " --format torchscript",
        refused.getMessage());
  }

  @Test
  void aPlaceThatIsNoFileIsRefused() throws IOException {
    try (var model = SmallNetwork.of(SMALL)) {
      var under = Files.writeString(folder.resolve("file"), "").resolve("x.onnx");
      for (var place : List.of(folder, under)) {
        var refused =
            assertThrows(CheckpointException.class, () -> OnnxExport.write(place, model, SMALL));
        var message = refused.getMessage();
        assertTrue(message.startsWith(place + ": cannot be written: "), message);
      }
    }
    assertEquals(1, folder.toFile().list().length, "nothing else is left");
  }
}
