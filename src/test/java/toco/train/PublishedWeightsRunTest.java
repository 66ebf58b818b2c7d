package toco.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.checkpoint.SafeTensors;
import toco.cli.Main;
import toco.config.Config;
import toco.download.FileServer;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

/// `model.pretrained=get:NAME`, in a process with its own cache.
@TensorTest
class PublishedWeightsRunTest {
  private static final String NAME = "vit_tiny_patch16_224.augreg_in21k_ft_in1k";
  private static final String PATH = "/timm/" + NAME + "/resolve/main/model.safetensors";

  @TempDir Path folder;

  private record Ended(int status, String said) {}

  private void writeConfig() throws IOException {
    Files.writeString(
        folder.resolve("config.yaml"),
        """
        model: {backbone: vit_tiny_patch16_224.augreg, pretrained: 'get:vit_tiny_patch16_224',
          projectionHidden: 16, projectionBottleneck: 8, projectionOut: 12, decoderChannels: 8,
          numClasses: 7}
        run: {dir: %s}
        data: {layout: synthetic, root: %s, trainList: lists/train.txt, workers: 1,
          synthetic: {variant: plain, trainImages: 4, valImages: 1, testImages: 1}}
        augment: {cropSizePx: 96}
        train: {samplesPerProcess: 2, maxIters: 1, warmupIters: 1, localCrops: 2,
          localCropSizePx: 32, evalEvery: 0, checkpointEvery: 0, overlayEvery: 0}
        loss: {segStartIter: 1, regStartIter: 1}
        cam: {scales: [1]}
        """
            .formatted(folder.resolve("run"), folder.resolve("data")));
  }

  /// What the server has: the encoder of such a network, with small numbers that show.
  private byte[] weights() throws IOException {
    var config = Config.load(folder.resolve("config.yaml"), List.of());
    var tensors = new LinkedHashMap<String, Tensor>();
    try (var _ = TensorScope.open();
        var model = new Toco(config.model(), Device.CPU)) {
      model
          .params()
          .all()
          .forEach((name, weight) -> {
            if (name.startsWith("encoder.")) {
              tensors.put(name.substring("encoder.".length()), weight.detach());
            }
          });
      tensors.put("head.bias", Tensor.zeros(1000)); // as in timm's file
      SafeTensors.write(folder.resolve("published"), tensors, Map.of());
    }
    return Files.readAllBytes(folder.resolve("published"));
  }

  private Ended train(FileServer server) throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Dtoco.library=" + LibTorch.library());
    command.addAll(List.of("-Xmx512m", "-cp", System.getProperty("java.class.path")));
    command.addAll(
        List.of(Main.class.getName(), "train", folder.resolve("config.yaml").toString()));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("XDG_CACHE_HOME", folder.resolve("cache").toString());
    builder.environment().put("HF_ENDPOINT", server.url(""));
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.toLowerCase(Locale.ROOT).endsWith("_proxy"));
    var child = builder.start();
    var said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(child.waitFor(), said);
  }

  @Test
  void aTrainingDownloadsItsWeights() throws Exception {
    writeConfig();
    try (var server = new FileServer()) {
      var refused = train(server); // 404
      assertEquals(1, refused.status(), refused.said());
      assertTrue(
          refused.said().contains("toco: error: cannot download " + NAME + ".safetensors from"),
          refused.said());
      assertFalse(Files.exists(folder.resolve("run")), "a run without its weights was begun");

      server.with(PATH, weights());
      var trained = train(server);
      assertEquals(0, trained.status(), trained.said());
      var cached = folder.resolve("cache/toco/weights").resolve(NAME);
      assertTrue(Files.exists(cached.resolve(NAME + ".safetensors")), trained.said());
      assertTrue(trained.said().contains(NAME + ": Apache-2.0"), trained.said());
      assertTrue(
          Files.readString(folder.resolve("run/config.yaml"))
              .contains("pretrained: \"get:vit_tiny_patch16_224\""));
      assertEquals(2, server.requests.size());
    }
  }
}
