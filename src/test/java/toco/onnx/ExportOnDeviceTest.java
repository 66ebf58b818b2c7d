package toco.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.checkpoint.Checkpoint;
import toco.checkpoint.ExportedOutputs;
import toco.checkpoint.SafeTensors;
import toco.checkpoint.SmallNetwork;
import toco.checkpoint.TorchScriptExport;
import toco.checkpoint.TrainedNetwork;
import toco.config.Config;
import toco.hub.HubExport;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.OnAccelerator;
import toco.torch.Rng;
import toco.torch.ScriptModule;
import toco.torch.Tensor;
import toco.torch.TensorTest;
import toco.torch.TestAccelerator;

/// Files of a network on an accelerator are those of the same network on the CPU, byte for byte,
/// and can be read on either.
@OnAccelerator
@TensorTest
class ExportOnDeviceTest {
  private static final Config CONFIG = SmallNetwork.CONFIG;

  /// Relative; sums in another order.
  private static final double TOLERANCE = 1e-5;

  @TempDir Path folder;
  private final Device device = TestAccelerator.device();

  private interface Writing {
    void write(Path file, Toco model) throws IOException;
  }

  /// The network of [SmallNetwork#of], with the same weights.
  private Toco onDevice() {
    Rng.manualSeed(3);
    return new Toco(CONFIG.model(), device);
  }

  private Path assertSame(String name, Writing writing) throws IOException {
    var cpu = Files.createDirectories(folder.resolve("cpu")).resolve(name);
    var other = Files.createDirectories(folder.resolve("device")).resolve(name);
    try (var model = SmallNetwork.of(CONFIG);
        var same = onDevice()) {
      writing.write(cpu, model);
      writing.write(other, same);
    }
    assertArrayEquals(Files.readAllBytes(cpu), Files.readAllBytes(other), name);
    return other;
  }

  @Test
  void torchScriptRunsOnEither() throws IOException {
    var file = assertSame("net.ts", (out, model) -> TorchScriptExport.write(out, model, CONFIG));
    try (var model = onDevice();
        var _ = GradMode.noGrad()) {
      var images = Tensor.rand(2, 3, 40, 32).to(device);
      var expected = ExportedOutputs.of(model, images);
      for (var where : new Device[] {Device.CPU, device}) {
        try (var module = ScriptModule.load(file, where)) {
          var got = module.forwardDict(images.to(where));
          assertEquals(where, got.get("seg").device());
          assertTrue(ExportedOutputs.difference(expected, got) < TOLERANCE);
        }
      }
    }
    try (var read = TrainedNetwork.load(file, CONFIG, device)) {
      assertEquals(device, read.model().params().all().get("classifier.weight").device());
    }
  }

  @Test
  void onnx() throws IOException {
    assertSame(
        "net.onnx",
        (out, model) -> assertTrue(OnnxExport.write(out, model, CONFIG).orElse(0) < TOLERANCE));
  }

  @Test
  void weightsAndCheckpoints() throws IOException {
    var weights =
        assertSame(
            "net.safetensors",
            (out, model) -> SafeTensors.write(out, model.params().all(), Map.of()));
    var checkpoint =
        assertSame(
            "step-000001.safetensors",
            (out, model) ->
                new Checkpoint(
                        model.params().all(),
                        Map.of("moment", model.params().all().get("classifier.weight")),
                        Map.of(),
                        Map.of(),
                        1,
                        1,
                        CONFIG.toYaml(),
                        "2")
                    .save(out));
    for (var file : new Path[] {weights, checkpoint}) {
      for (var where : new Device[] {Device.CPU, device}) {
        try (var network = TrainedNetwork.load(file, CONFIG, where);
            var expected = SmallNetwork.of(CONFIG)) {
          expected
              .params()
              .all()
              .forEach((name, weight) -> {
                var read = network.model().params().all().get(name);
                assertEquals(where, read.device());
                assertArrayEquals(weight.toFloatArray(), read.toFloatArray(), name);
              });
        }
      }
    }
  }

  @Test
  void aFolderForHuggingFace() throws IOException {
    var weights = folder.resolve("net.safetensors");
    try (var model = SmallNetwork.of(CONFIG)) {
      SafeTensors.write(weights, model.params().all(), Map.of());
    }
    for (var where : new Device[] {Device.CPU, device}) {
      try (var network = TrainedNetwork.load(weights, CONFIG, where)) {
        HubExport.write(folder.resolve("hub-" + where.isCpu()).resolve("net"), network, "mit");
      }
    }
    try (var files = Files.list(folder.resolve("hub-true/net"))) {
      for (var file : files.toList()) {
        var other = folder.resolve("hub-false/net").resolve(file.getFileName());
        assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(other), file.toString());
      }
    }
  }
}
