package toco.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.PythonTorch;
import toco.config.Config;
import toco.config.PixelStatistics;
import toco.model.Toco;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Rng;
import toco.torch.ScriptModule;
import toco.torch.Tensor;
import toco.torch.TensorTest;

/// An exported network computes the same outputs as the original, also in C++ and Python.
@TensorTest
class TorchScriptExportTest {
  private static final Config SMALL = SmallNetwork.CONFIG;

  /// Logits of some units, summed in another order.
  private static final double TOLERANCE = 1e-5;

  @TempDir Path folder;

  /// Other programs read there how images are normalised.
  @Test
  void theFileSaysHowItsNetworksImagesAreNormalised() {
    var mean = "model.mean=" + PixelStatistics.CLIP.mean();
    var config = SMALL.with(mean, "model.std=" + PixelStatistics.CLIP.std());
    var file = folder.resolve("clip.ts");
    try (var model = SmallNetwork.of(config)) {
      TorchScriptExport.write(file, model, config);
    }
    try (var module =
        ScriptModule.load(file, Device.CPU, List.of("normalization.txt", "config.yaml"))) {
      var lines = module.extraFile("normalization.txt").lines().toList();
      assertEquals(2, lines.size());
      assertLevels(PixelStatistics.CLIP.mean(), lines.get(0));
      assertLevels(PixelStatistics.CLIP.std(), lines.get(1));
      var saved = Config.parse(module.extraFile("config.yaml"), "config.yaml", List.of());
      assertEquals(PixelStatistics.CLIP, saved.model().statistics());
    }
  }

  private static void assertLevels(List<Double> shares, String line) {
    var levels = line.split(" ", -1);
    for (int c = 0; c < 3; c++) {
      assertEquals(shares.get(c) * 255, Double.parseDouble(levels[c]), 1e-5);
    }
  }

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
      assertTrue(TorchScriptExport.write(folder.resolve("x.ts"), model, config) < TOLERANCE);
    }
    assertEquals(1, folder.toFile().list().length, "nothing else is left");
  }

  /// Of the networks of DINOv2, with registers, DeiT III, CLIP, DINOv3 and combinations. Factors of
  /// LayerScale start near 0, so they are drawn first.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "layerScale=true,resampling=original",
        "layerScale=true,registerTokens=4,position=learned_patches,resampling=timm",
        "layerScale=true,position=learned_patches",
        "preNorm=true,patchBias=false,activation=quick_gelu",
        "layerScale=true,registerTokens=4,position=rope,keyBias=false",
        "registerTokens=2,position=rope,resampling=original",
        "registerTokens=2,resampling=timm,keyBias=false"
      })
  void everySwitchGivesTheNetworksOutputs(String switches) {
    var config = SMALL;
    for (var each : switches.split(",")) {
      config = config.with("model.variant." + each);
    }
    try (var model = SmallNetwork.of(config)) {
      try (var _ = GradMode.noGrad()) {
        model
            .params()
            .all()
            .forEach((name, weight) -> {
              if (name.endsWith("gamma") || name.endsWith("_bias")) {
                var _ = weight.normal_(1, 1);
              }
            });
      }
      assertTrue(TorchScriptExport.write(folder.resolve("x.ts"), model, config) < TOLERANCE);
    }
  }

  @Test
  void theModuleHasTheNetworksNamesAndDescribesItsInput() {
    var file = folder.resolve("x.ts");
    try (var model = SmallNetwork.of(SMALL)) {
      TorchScriptExport.write(file, model, SMALL);
      var expected = new TreeSet<>(model.params().all().keySet());
      expected.removeIf(name -> name.startsWith("proj_head"));
      try (var module =
          ScriptModule.load(file, Device.CPU, List.of("classes.txt", "config.yaml", "other"))) {
        assertEquals(expected, new TreeSet<>(module.parameters().keySet()));
        assertEquals("background\na\nb\nc\n", module.extraFile("classes.txt"));
        assertNotNull(module.extraFile("config.yaml"));
        assertEquals(null, module.extraFile("other"));
      }
    }
  }

  @Test
  void aProgramOfLibTorchAloneComputesTheSame() throws Exception {
    var build = Path.of("target/cpp-inference").toAbsolutePath();
    run(List.of("cmake", "-S", "examples/cpp-inference", "-B", build.toString()));
    run(List.of("cmake", "--build", build.toString()));
    compare((model, images, batch, height, width, out) ->
        run(
            List.of(
                build.resolve("cpp_inference").toString(),
                model.toString(),
                images.toString(),
                batch + "",
                height + "",
                width + "",
                out.toString())));
  }

  @Test
  void pythonComputesTheSame() throws Exception {
    compare((model, images, batch, height, width, out) ->
        PythonTorch.run("run_script.py", model, images, batch, height, width, out));
  }

  /// Commands such as `toco eval` accept an exported file like a checkpoint.
  @Test
  void anExportedNetworkIsACheckpointForUse() {
    var file = folder.resolve("x.ts");
    try (var model = SmallNetwork.of(SMALL)) {
      TorchScriptExport.write(file, model, SMALL);
      Rng.manualSeed(4);
      try (var other = new Toco(SMALL.model(), Device.CPU)) {
        NetworkWeights.load(file, other);
        var images = Tensor.randn(1, 3, 40, 40);
        var got = outputs(other, images);
        outputs(model, images).forEach((name, own) -> assertTrue(own.equal(got.get(name)), name));
      }
    }
  }

  private interface Program {
    void run(Path model, Path images, long batch, long height, long width, Path out)
        throws Exception;
  }

  /// With images of two sizes, both different from the stored positions, one not divisible by the
  /// patch size.
  private void compare(Program program) throws Exception {
    var file = folder.resolve("x.ts");
    try (var model = SmallNetwork.of(SMALL)) {
      TorchScriptExport.write(file, model, SMALL);
      for (var size : new long[][] {{1, 40, 64}, {3, 51, 33}}) {
        var images = Tensor.randn(size[0], 3, size[1], size[2]);
        var raw = folder.resolve("images.f32");
        Files.write(raw, images.segment().toArray(ValueLayout.JAVA_BYTE));
        var out = folder.resolve("out");
        program.run(file, raw, size[0], size[1], size[2], out);
        outputs(model, images).forEach((name, own) -> assertClose(name, own, read(out, name, own)));
      }
    }
  }

  private static void assertClose(String name, Tensor own, Tensor other) {
    double difference = own.sub(other).abs().amax().item();
    assertTrue(difference < TOLERANCE, () -> name + " differs by " + difference);
  }

  private static Tensor read(Path out, String name, Tensor like) {
    try {
      var bytes = Files.readAllBytes(out.resolve(name + ".f32"));
      return Tensor.copyOf(MemorySegment.ofArray(bytes), DType.FLOAT32, like.shape().sizes());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Map<String, Tensor> outputs(Toco model, Tensor images) {
    try (var _ = GradMode.noGrad()) {
      var tokens = model.encode(images);
      return Map.of(
          "cls", model.classLogits(tokens.patchMap()),
          "seg", model.segment(tokens.patchMap()),
          "cam", model.cam(tokens.patchMap()),
          "camAux", model.auxCam(tokens.auxMap()));
    }
  }

  private static void run(List<String> command) throws IOException, InterruptedException {
    var process = new ProcessBuilder(new ArrayList<>(command)).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), output);
  }
}
