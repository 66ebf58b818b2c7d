package toco.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.config.Config;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Rng;
import toco.torch.TensorTest;

/// An exported network computes the same outputs as the original in ONNX Runtime.
@TensorTest
class OnnxExportTest {
  private static final Config SMALL =
      Config.load(
          Path.of("configs/demo.yaml"),
          List.of(
              "model.numClasses=4",
              "data.classNames=[a, b, c]",
              "model.imageSizePx=32",
              "model.embedDim=24",
              "model.depth=3",
              "model.auxLayer=-2",
              "model.decoderChannels=8",
              "model.initStd=0.2"));

  /// Relative; sums in another order.
  private static final double TOLERANCE = 1e-5;

  @TempDir Path folder;

  private static Toco network(Config config) {
    Rng.manualSeed(3);
    return new Toco(config.model(), Device.CPU);
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
    try (var model = network(config)) {
      var difference = OnnxExport.write(folder.resolve("x.onnx"), model, config);
      System.out.println(variant + " " + difference);
      assertTrue(difference.getAsDouble() < TOLERANCE, () -> difference.toString());
    }
    assertEquals(1, folder.toFile().list().length, "nothing else is left");
  }

  /// Of the networks of DINOv2, with registers, DeiT III, CLIP, DINOv3 and combinations. Factors of
  /// LayerScale start near 0, so they are drawn first.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "resampling=original",
        "resampling=timm",
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
    try (var model = network(config)) {
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
      var difference = OnnxExport.write(folder.resolve("x.onnx"), model, config);
      System.out.println(switches + " " + difference);
      assertTrue(difference.getAsDouble() < TOLERANCE, () -> difference.toString());
    }
  }
}
