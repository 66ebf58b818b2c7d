package toco.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import toco.checkpoint.Checkpoint;
import toco.checkpoint.SafeTensors;
import toco.checkpoint.TrainedNetwork;
import toco.config.Config;
import toco.config.Overrides;
import toco.distributed.Ranks;
import toco.distributed.World;
import toco.model.Network;
import toco.recipe.Recipe;
import toco.run.RunHistory;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

/// The state of a recipe, its networks and buffers, is part of the run.
@TensorTest
class RecipeStateTest {
  private static final int STEPS = 6;

  @TempDir Path folder;

  private Config config(String run, String... more) {
    var settings = Arrays.copyOf(more, more.length + 2);
    settings[more.length] = "train.maxIters=" + STEPS;
    settings[more.length + 1] = "train.logEvery=2";
    return TinyRun.config(folder.resolve(run), folder.resolve("data"), settings);
  }

  private static Checkpoint train(Config config, TinyRun.Watcher watcher) {
    try (var trainer = Trainer.start(config, EmaRecipe::new, watcher, World.single())) {
      watcher.trainer = trainer;
      return Checkpoint.load(trainer.run().checkpoint());
    }
  }

  private static void assertSame(Map<String, Tensor> expected, Map<String, Tensor> actual) {
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach(
        (name, tensor) -> assertArrayEquals(bytes(tensor), bytes(actual.get(name)), name));
  }

  private static byte[] bytes(Tensor tensor) {
    return tensor.detach().contiguous().segment().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
  }

  @Test
  void aResumedRunEndsWithTheSameStateBitForBit() {
    var whole = train(config("whole"), new TinyRun.Watcher());
    var watcher = new TinyRun.Watcher();
    watcher.stopAt = 3;
    assertEquals(3, train(config("halved"), watcher).step());
    var run = folder.resolve("halved");
    try (var trainer =
        Trainer.resume(
            run, Overrides.NONE, EmaRecipe::new, new TinyRun.Watcher(), World.single())) {
      var resumed = Checkpoint.load(trainer.run().checkpoint());
      assertSame(whole.model(), resumed.model());
      assertSame(whole.optimizer(), resumed.optimizer());
      assertSame(whole.state(), resumed.state());
    }
    var state = whole.state();
    assertEquals(whole.model().size() + 2, state.size());
    assertEquals(STEPS, state.get("updates").itemLong());
    assertTrue(state.get("centre").abs().amax().item() > 0);
    assertFalse(
        Arrays.equals(
            bytes(state.get("teacher.classifier.weight")),
            bytes(whole.model().get("classifier.weight"))));
  }

  /// Logged under its own names, with its own weights.
  @Test
  void theLogHasTheTermsOfTheRecipe() {
    var config = config("logged");
    train(config, new TinyRun.Watcher());
    var steps = RunHistory.read(config.run().dir()).steps();
    assertEquals(
        List.of("cls", "follow", "total"), List.copyOf(steps.getFirst().losses().keySet()));
    assertEquals(Map.of("cls", 1.0, "follow", 0.0), steps.getFirst().weights());
    assertEquals(Map.of("cls", 1.0, "follow", 0.5), steps.getLast().weights());
  }

  @Test
  void pretrainedWeightsStartAllNetworks() {
    var weights = folder.resolve("encoder.safetensors");
    var plain = config("pretrained");
    try (var network = new Network(plain.model(), Device.CPU);
        var _ = TensorScope.open()) {
      var encoder = new LinkedHashMap<>(network.params().all());
      encoder.keySet().removeIf(name -> !name.startsWith("encoder."));
      SafeTensors.write(weights, encoder, Map.of());
      train(plain.with("model.pretrained=" + weights, "train.maxIters=1"), new TinyRun.Watcher());
      var first = Checkpoint.load(Checkpoint.file(plain.run().dir(), 0));
      encoder.forEach((name, weight) -> {
        assertArrayEquals(bytes(weight), bytes(first.model().get(name)), name);
        assertArrayEquals(bytes(weight), bytes(first.state().get("teacher." + name)), name);
      });
    }
  }

  @Test
  void theEvaluatedNetworkIsLoadedFromACheckpoint() {
    var config = config("loaded");
    var saved = train(config, new TinyRun.Watcher());
    var file = Checkpoint.file(config.run().dir(), STEPS);
    try (var network = TrainedNetwork.load(file, config, new EmaRecipe(config), Device.CPU)) {
      network
          .model()
          .params()
          .all()
          .forEach((name, weight) ->
              assertArrayEquals(bytes(saved.state().get("teacher." + name)), bytes(weight), name));
    }
  }

  /// Two processes hold the same state after every step; one that is not averaged is found.
  @Test
  @EnabledIf(value = "toco.distributed.Ranks#canJoin", disabledReason = "built without libgloo-dev")
  void twoProcessesHaveTheSameState() throws Exception {
    var checked = "distributed.checkEvery=1";
    var outcomes = onTwo(EmaRecipe::new, config("two", checked));
    assertEquals(
        List.of((long) STEPS, (long) STEPS), outcomes.stream().map(it -> it.value()).toList());
    var state = Checkpoint.load(Checkpoint.file(folder.resolve("two"), STEPS)).state();
    assertEquals(STEPS, state.get("updates").itemLong());

    Function<Config, Recipe> local = config -> new EmaRecipe(config, false);
    var unequal = onTwo(local, config("unequal", checked));
    assertTrue(unequal.getFirst().message().contains("centre differs between ranks"));
    assertTrue(Files.exists(Checkpoint.file(folder.resolve("unequal"), 0)));
  }

  private static List<Ranks.Outcome<Long>> onTwo(Function<Config, Recipe> recipe, Config config) {
    int port = Ranks.freePort();
    return Ranks.run(
        List.of(Ranks.rendezvous(0, 2, port, 60), Ranks.rendezvous(1, 2, port, 60)),
        world -> {
          try (var trainer = Trainer.start(config, recipe, new TinyRun.Watcher(), world)) {
            return trainer.run().step();
          }
        });
  }
}
