package toco.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.checkpoint.Checkpoint;
import toco.checkpoint.CheckpointException;
import toco.checkpoint.CheckpointNetworks;
import toco.checkpoint.SafeTensors;
import toco.checkpoint.StateDict;
import toco.checkpoint.TrainedNetwork;
import toco.config.Config;
import toco.files.Json;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;
import toco.train.CosaRun;
import toco.train.MoreRun;
import toco.train.TinyRun;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

@TensorTest
class HubExportTest {
  @TempDir private Path folder;

  private Path run(Config config) {
    return TinyRun.train(config, new TinyRun.Watcher()).checkpoint();
  }

  private Path tiny(String... more) {
    var keys = new ArrayList<>(List.of("train.maxIters=2", "train.overlayEvery=1"));
    keys.addAll(List.of(more));
    return run(
        TinyRun.config(folder.resolve("run"), folder.resolve("data"), keys.toArray(String[]::new)));
  }

  private Path export(Path checkpoint) {
    var out = folder.resolve("my model");
    try (var network = TrainedNetwork.load(checkpoint, configOf(checkpoint), Device.CPU)) {
      HubExport.write(out, network, "apache-2.0");
    }
    return out;
  }

  private static Config configOf(Path weights) {
    return Config.parse(Checkpoint.configOf(weights).orElseThrow(), weights.toString(), List.of());
  }

  /// All bytes of all weights, by name.
  private static Map<String, byte[]> bytes(Map<String, Tensor> weights) {
    var bytes = new TreeMap<String, byte[]>();
    weights.forEach((name, weight) ->
        bytes.put(
            name + weight.shape(),
            weight
                .detach()
                .contiguous()
                .segment()
                .toArray(java.lang.foreign.ValueLayout.JAVA_BYTE)));
    return bytes;
  }

  private static void assertSame(Map<String, Tensor> expected, Map<String, Tensor> got) {
    var one = bytes(expected);
    var two = bytes(got);
    assertEquals(one.keySet(), two.keySet());
    one.forEach((name, value) -> assertArrayEquals(value, two.get(name), name));
  }

  @Test
  void theFolderGivesTheNetworkBackBitForBit() {
    for (var checkpoint :
        List.of(
            tiny(),
            run(MoreRun.config(folder.resolve("more"), folder.resolve("d2"), "train.maxIters=1")),
            run(
                CosaRun.config(
                    folder.resolve("cosa"), folder.resolve("d3"), "train.maxIters=1")))) {
      var out = export(checkpoint);
      var weights = TrainedNetwork.fileOf(out);
      assertEquals(out.resolve("model.safetensors"), weights);
      try (var _ = TensorScope.open()) {
        var evaluated = CheckpointNetworks.load(checkpoint, null);
        assertSame(evaluated.tensors(), StateDict.load(out).tensors());
        try (var before = TrainedNetwork.load(checkpoint, configOf(checkpoint), Device.CPU);
            var after = TrainedNetwork.load(weights, configOf(weights), Device.CPU)) {
          assertSame(before.model().params().all(), after.model().params().all());
          assertEquals(before.config().data().classNames(), after.config().data().classNames());
        }
      }
      assertTrue(delete(out));
    }
  }

  private static boolean delete(Path out) {
    try (var files = Files.walk(out)) {
      for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
      return true;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /// CoSA evaluates its teacher; its trained network can be chosen.
  @Test
  void theChosenNetworkIsWritten() {
    var checkpoint =
        run(CosaRun.config(folder.resolve("run"), folder.resolve("data"), "train.maxIters=2"));
    var out = folder.resolve("trained");
    try (var network =
        TrainedNetwork.loadNetwork(checkpoint, "trained", configOf(checkpoint), Device.CPU)) {
      HubExport.write(out, network, "mit");
    }
    assertSame(
        CheckpointNetworks.load(checkpoint, "trained").tensors(), StateDict.load(out).tensors());
  }

  /// Weights without projection heads give none: random ones would be taken for trained.
  @Test
  void onlyWeightsOfTheFileAreWritten() {
    var checkpoint = tiny();
    var part = folder.resolve("part.safetensors");
    var weights = new TreeMap<>(StateDict.load(checkpoint).tensors());
    weights.keySet().removeIf(name -> name.startsWith("proj_head"));
    SafeTensors.write(part, weights, Map.of());
    var out = folder.resolve("out");
    try (var network = TrainedNetwork.load(part, configOf(checkpoint), Device.CPU)) {
      HubExport.write(out, network, "mit");
    }
    assertSame(weights, StateDict.load(out).tensors());
  }

  @Test
  void theConfigurationHasClassesAndNoPathsOfTheMachine() throws IOException {
    var config = read(export(tiny()).resolve("config.json"));
    assertEquals("toco", config.path("model_type").asString());
    assertEquals("background", config.path("id2label").path("0").asString());
    assertEquals("disc", config.path("id2label").path("1").asString());
    assertEquals(1, config.path("label2id").path("disc").asInt());
    assertEquals(24, config.path("hidden_size").asInt());
    assertEquals(24, config.path("toco").path("model").path("embedDim").asInt());
    var preprocessor = read(folder.resolve("my model/preprocessor_config.json"));
    assertEquals(0.485, preprocessor.path("image_mean").path(0).asDouble());
    assertEquals(
        configOf(folder.resolve("my model/model.safetensors")).eval().sizePx(),
        preprocessor.path("size").path("height").asInt());
    for (var file : List.of("config.json", "README.md", "preprocessor_config.json")) {
      var text = Files.readString(folder.resolve("my model").resolve(file));
      assertFalse(text.contains(folder.toString()), file);
    }
  }

  private static JsonNode read(Path json) throws IOException {
    return Json.MAPPER.readTree(Files.readString(json));
  }

  private static JsonNode frontMatter(Path out) throws IOException {
    var card = Files.readString(out.resolve("README.md"));
    assertTrue(card.startsWith("---\n"), card);
    return new YAMLMapper().readTree(card.substring(4, card.indexOf("\n---\n", 4) + 1));
  }

  /// The scores are those of the run's last evaluation, which is of this step.
  @Test
  void theCardHasTheRunsScoresAndPicture() throws IOException {
    var out = export(tiny());
    var matter = frontMatter(out);
    assertEquals("image-segmentation", matter.path("pipeline_tag").asString());
    assertEquals("toco", matter.path("library_name").asString());
    assertEquals("apache-2.0", matter.path("license").asString());
    var index = matter.path("model-index").path(0);
    assertEquals("my model", index.path("name").asString());
    var line =
        Files.readAllLines(folder.resolve("run/metrics.jsonl")).stream()
            .filter(text -> text.contains("\"evaluation\""))
            .map(Json.MAPPER::readTree)
            .findFirst()
            .orElseThrow();
    var metric = index.path("results").path(0).path("metrics").path(0);
    assertEquals("mean_iou", metric.path("type").asString());
    assertEquals(
        line.path("evaluation").path("segMiou").asDouble(), metric.path("value").asDouble());
    assertArrayEquals(
        Files.readAllBytes(folder.resolve("run/overlays/step-000002.png")),
        Files.readAllBytes(out.resolve("overlay.png")));
    var card = Files.readString(out.resolve("README.md"));
    assertTrue(card.contains("(overlay.png)"), card);
    assertTrue(card.contains("| 1 | disc |"), card);
    assertTrue(card.contains("Trained for 2 steps."), card);
  }

  @Test
  void scoresAndPicturesOfOtherStepsAreNotItsOwn() throws IOException {
    tiny("train.checkpointEvery=1");
    var out = export(folder.resolve("run/checkpoints/step-000001.safetensors"));
    assertTrue(frontMatter(out).path("model-index").isMissingNode());
    assertTrue(Files.readString(out.resolve("README.md")).contains("No evaluation"));
    assertArrayEquals(
        Files.readAllBytes(folder.resolve("run/overlays/step-000001.png")),
        Files.readAllBytes(out.resolve("overlay.png")));
  }

  @Test
  void theCardSaysWhatTheRunStartedFrom() throws IOException {
    assertTrue(card(tiny()).contains("It started from random weights."));
    var second =
        tiny(
            "model.init=" + folder.resolve("run"),
            "run.dir=" + folder.resolve("second"),
            "model.pretrained=get:deit_tiny_patch16_224.fb_in1k");
    assertTrue(card(second).contains("It started from the network `run`."));
    var named = Checkpoint.configOf(second).orElseThrow();
    var config = Config.parse(named, "config", List.of("model.init=null"));
    var out = folder.resolve("third");
    try (var network = TrainedNetwork.load(second, config, Device.CPU)) {
      HubExport.write(out, network, "mit");
    }
    assertTrue(
        Files.readString(out.resolve("README.md"))
            .contains(
                "It started from the weights `get:deit_tiny_patch16_224.fb_in1k` (Apache-2.0)."));
  }

  private String card(Path checkpoint) throws IOException {
    var out = export(checkpoint);
    var card = Files.readString(out.resolve("README.md"));
    assertTrue(delete(out));
    return card;
  }

  @Test
  void aFolderWithFilesIsNotChanged() throws IOException {
    var checkpoint = tiny();
    var out = Files.createDirectory(folder.resolve("my model"));
    var mine = Files.writeString(out.resolve("README.md"), "mine");
    var thrown = assertThrows(CheckpointException.class, () -> export(checkpoint));
    assertEquals(
        out
            + ": is not written: is a folder that is not empty; name a new or empty folder on a"
            + " disk with free space",
        thrown.getMessage());
    assertEquals("mine", Files.readString(mine));
    try (var files = Files.list(out)) {
      assertEquals(1, files.count());
    }
  }

  /// With no shape in the configuration, the folder gives it.
  @Test
  void theEncoderIsReadFromTheFolder() {
    var checkpoint = tiny();
    var out = export(checkpoint);
    var config =
        Config.parse(
            "model: {pretrained: '%s'}\ndata: {layout: folder, classNames: [a, b]}".formatted(out),
            "x.yaml",
            List.of());
    assertEquals(configOf(checkpoint).model().encoderShape(), config.model().encoderShape());
    try (var model = new toco.model.Toco(config.model(), Device.CPU)) {
      var summary = StateDict.loadEncoder(out, model.params().all(), config.model());
      assertTrue(summary.startsWith("encoder loaded from " + out), summary);
      assertSame(encoder(StateDict.load(checkpoint).tensors()), encoder(model.params().all()));
    }
  }

  private static Map<String, Tensor> encoder(Map<String, Tensor> weights) {
    var encoder = new TreeMap<>(weights);
    encoder.keySet().removeIf(name -> !name.startsWith("encoder."));
    return encoder;
  }
}
