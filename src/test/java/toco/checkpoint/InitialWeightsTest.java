package toco.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.config.Config;
import toco.config.ConfigException;
import toco.model.Network;
import toco.recipes.Recipes;
import toco.torch.Device;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorTest;
import toco.train.MoreRun;
import toco.train.TinyRun;

@TensorTest
class InitialWeightsTest {
  private static final List<String> CLASS_LAYERS =
      List.of("aux_classifier.weight", "classifier.weight", "decoder.conv8.weight");

  @TempDir private Path folder;

  private Config toco(String... more) {
    return TinyRun.config(folder.resolve("run"), folder.resolve("data"), more);
  }

  private Config more(String... more) {
    return MoreRun.config(folder.resolve("run"), folder.resolve("data"), more);
  }

  /// A checkpoint of a network with random weights.
  private Path checkpoint(Config config) {
    Rng.manualSeed(1);
    var file = folder.resolve("made.safetensors");
    try (var model = Recipes.of(config).network(Device.CPU)) {
      new Checkpoint(model.params().all(), Map.of(), Map.of(), Map.of(), 1, 1, config.toYaml(), "2")
          .save(file);
    }
    return file;
  }

  private static Network network(Config config) {
    Rng.manualSeed(2);
    return Recipes.of(config).network(Device.CPU);
  }

  /// Names of the weights that differ from the file's.
  private static List<String> differing(Path file, Network model) {
    var given = StateDict.load(file).tensors();
    var differing = new ArrayList<String>();
    new TreeMap<>(model.params().all())
        .forEach((name, weight) -> {
          var one = given.get(name);
          if (one == null
              || !one.shape().equals(weight.shape())
              || one.ne(weight).any().itemLong() != 0) {
            differing.add(name);
          }
        });
    return differing;
  }

  private static String line(List<String> lines, String start) {
    return lines.stream().filter(line -> line.startsWith(start)).findFirst().orElse("");
  }

  @Test
  void allWeightsAreCopiedIfTheClassesAreTheSame() {
    for (var config : List.of(toco(), more())) {
      var file = checkpoint(config);
      try (var model = network(config)) {
        assertFalse(differing(file, model).isEmpty());
        var lines = InitialWeights.read(file).into(model, config);
        assertEquals(List.of(), differing(file, model));
        int all = model.params().all().size();
        assertEquals(
            List.of("network started from %s: %s of %s weights".formatted(file, all, all)), lines);
      }
    }
  }

  /// As many other classes look the same by shapes.
  @Test
  void otherClassesHaveNewHeads() {
    var file = checkpoint(toco());
    for (var classes :
        List.of("[a, b]", "[a, b, c, d, e, f]", "[square, disc, triangle, ring, cross, star]")) {
      var config = toco("data.classNames=" + classes, "model.numClasses=0");
      try (var model = network(config)) {
        var before = values(model, CLASS_LAYERS);
        var lines = InitialWeights.read(file).into(model, config);
        assertEquals(CLASS_LAYERS, differing(file, model));
        assertEquals(before, values(model, CLASS_LAYERS), "as they were initialised");
        var line = line(lines, "new, because the classes are other ones");
        CLASS_LAYERS.forEach(name -> assertTrue(line.contains(name), line));
        assertTrue(line.contains(" instead of disc, "), line);
      }
    }
  }

  private static List<Float> values(Network model, List<String> names) {
    var values = new ArrayList<Float>();
    for (var name : names) {
      for (float value : tensor(model.params().all(), name).toFloatArray()) {
        values.add(value);
      }
    }
    return values;
  }

  private static Tensor tensor(Map<String, Tensor> weights, String name) {
    return Objects.requireNonNull(weights.get(name), name);
  }

  /// MoRe's class tokens are its classes': registers and patches keep their weights.
  @Test
  void classTokensOfOtherClassesAreTheMean() {
    var file = checkpoint(more());
    var config = more("data.classNames=[a, b]", "model.numClasses=0");
    try (var model = network(config)) {
      var lines = InitialWeights.read(file).into(model, config);
      var given = StateDict.load(file).tensors();
      var own = model.params().all();
      var token = tensor(own, "encoder.cls_token"); // [1, 4 + 2, D]
      var old = tensor(given, "encoder.cls_token"); // [1, 4 + 6, D]
      assertEquals(6, token.size(1));
      assertEquals(0, token.slice(1, 0, 4).sub(old.slice(1, 0, 4)).abs().amax().item());
      var mean = old.slice(1, 4, 10).mean(new long[] {1}, true);
      assertEquals(0, token.slice(1, 4, 6).sub(mean).abs().amax().item(), 1e-6);
      var position = tensor(own, "encoder.pos_embed");
      var oldPosition = tensor(given, "encoder.pos_embed");
      assertEquals(6 + 144, position.size(1));
      assertEquals(
          0, position.slice(1, 6, 150).sub(oldPosition.slice(1, 10, 154)).abs().amax().item());
      assertTrue(line(lines, "new, because the classes").contains("encoder.head.weight"));
    }
  }

  /// Of another recipe, what both have; the rest is named.
  @Test
  void aNetworkOfAnotherRecipeGivesWhatBothHave() {
    var file = checkpoint(toco("model.imageSizePx=96"));
    var config = more();
    var own = toco("model.imageSizePx=96").model();
    assertEquals(own.encoderShape(), config.model().encoderShape());
    try (var model = network(config)) {
      var lines = InitialWeights.read(file).into(model, config);
      var old = tensor(StateDict.load(file).tensors(), "encoder.cls_token");
      var token = tensor(model.params().all(), "encoder.cls_token");
      assertEquals(10, token.size(1));
      assertEquals(0, token.sub(old).abs().amax().item());
      assertTrue(line(lines, "new, because " + file).contains("graph_layer."), lines.toString());
      assertTrue(line(lines, "in " + file + ", but not").contains("proj_head."), lines.toString());
    }
  }

  @Test
  void anEncoderOfAnotherShapeIsRefused() {
    var file = checkpoint(toco());
    var deeper = toco("model.depth=4");
    try (var model = network(deeper)) {
      var thrown =
          assertThrows(ConfigException.class, () -> InitialWeights.read(file).into(model, deeper));
      assertTrue(String.valueOf(thrown.getMessage()).contains("model.depth 3"), thrown.toString());
    }
    var plain = folder.resolve("plain.safetensors"); // without a configuration
    SafeTensors.write(plain, StateDict.load(file).tensors(), Map.of());
    for (var other : List.of(deeper, toco("model.embedDim=48"), toco("model.decoderChannels=4"))) {
      try (var model = network(other)) {
        var before = differing(plain, model);
        TestFiles.assertRefused(
            plain,
            () -> InitialWeights.read(plain).into(model, other),
            "cannot be model.init of this network: ",
            "model.pretrained");
        assertEquals(before, differing(plain, model), "nothing was copied");
      }
    }
  }

  @Test
  void weightsWithoutClassNamesAreTakenForTheSameClasses() {
    var plain = folder.resolve("plain.safetensors");
    SafeTensors.write(plain, StateDict.load(checkpoint(toco())).tensors(), Map.of());
    var config = toco("data.classNames=[a, b, c, d, e, f]");
    try (var model = network(config)) {
      var lines = InitialWeights.read(plain).into(model, config);
      assertEquals(List.of(), differing(plain, model));
      assertEquals(
          plain
              + " does not name its classes; their number is the same, so they are taken for the"
              + " same",
          lines.get(1));
    }
  }

  @Test
  void aRunStartsFromTheWeights() {
    var first = TinyRun.train(toco("train.maxIters=2"), new TinyRun.Watcher()).checkpoint();
    var messages = new ArrayList<String>();
    var listener =
        new TinyRun.Watcher() {
          @Override
          public void onMessage(String line) {
            messages.add(line);
          }
        };
    var config =
        toco(
            "train.maxIters=1",
            "run.dir=" + folder.resolve("second"),
            "model.init=" + folder.resolve("run"),
            "model.pretrained=nowhere.pth");
    TinyRun.train(config, listener);
    var before = StateDict.load(first).tensors();
    var start =
        StateDict.load(folder.resolve("second/checkpoints/step-000000.safetensors")).tensors();
    assertEquals(before.keySet(), start.keySet());
    before.forEach(
        (name, weight) -> assertEquals(0, weight.ne(tensor(start, name)).any().itemLong(), name));
    assertTrue(
        messages.contains(
            "model.pretrained nowhere.pth is not read: model.init has the encoder, too"));
    assertFalse(line(messages, "network started from ").isEmpty(), messages.toString());
  }

  @Test
  void missingWeightsLeaveNoRunBehind() {
    var config = toco("model.init=" + folder.resolve("nowhere"));
    assertThrows(CheckpointException.class, () -> TinyRun.train(config, new TinyRun.Watcher()));
    assertFalse(java.nio.file.Files.exists(folder.resolve("run")));
  }
}
