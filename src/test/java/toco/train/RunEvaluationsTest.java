package toco.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.train.RunComparison.assertSame;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.checkpoint.BestWeights;
import toco.checkpoint.Checkpoint;
import toco.checkpoint.CheckpointException;
import toco.checkpoint.TrainedNetwork;
import toco.config.Config;
import toco.config.Overrides;
import toco.config.Split;
import toco.data.Dataset;
import toco.eval.Evaluator;
import toco.eval.MapKind;
import toco.eval.Scores;
import toco.recipe.Recipe;
import toco.run.LoggedEvaluation;
import toco.run.RunHistory;
import toco.torch.Device;
import toco.torch.TensorTest;

/// Evaluations of several networks in training, and the best of them.
@TensorTest
class RunEvaluationsTest {
  private static final String[] EVERY_TWO = {"train.evalEvery=2", "train.checkpointEvery=2"};

  @TempDir Path folder;

  private Config cosa(String run, String... more) {
    return CosaRun.config(folder.resolve(run), folder.resolve("data"), more).with(EVERY_TWO);
  }

  private Config toco(String run, String... more) {
    return TinyRun.config(folder.resolve(run), folder.resolve("data"), more)
        .with(EVERY_TWO)
        .with("train.maxIters=6");
  }

  private RunHistory train(Config config) {
    TinyRun.train(config, new TinyRun.Watcher());
    return RunHistory.read(config.run().dir());
  }

  private static double scored(Config config, TrainedNetwork network) {
    try (network) {
      var dataset = Dataset.open(config.data(), Split.VAL);
      return new Evaluator(config, dataset, Device.CPU)
          .evaluate(network.model(), (_, _) -> {})
          .segMiou();
    }
  }

  /// Both networks have lines of their own, and their scores are those of their weights in the
  /// checkpoint.
  @Test
  void bothNetworksAreScored() {
    var config = cosa("both");
    var history = train(config);
    var teacher = history.evaluations();
    assertEquals(List.of(2L, 4L, 6L), teacher.stream().map(LoggedEvaluation::step).toList());
    assertEquals(List.of(Recipe.TRAINED), List.copyOf(history.otherEvaluations().keySet()));
    var online = history.otherEvaluations().get(Recipe.TRAINED);
    assertEquals(List.of(2L, 4L, 6L), online.stream().map(LoggedEvaluation::step).toList());
    assertNotEquals(teacher, online);
    var last = Checkpoint.file(config.run().dir(), 6);
    assertEquals(
        teacher.getLast().miou(MapKind.SEG),
        scored(config, TrainedNetwork.load(last, config, Device.CPU)));
    for (var named : Map.of("teacher", teacher, Recipe.TRAINED, online).entrySet()) {
      assertEquals(
          named.getValue().getLast().miou(MapKind.SEG),
          scored(config, TrainedNetwork.loadNetwork(last, named.getKey(), config, Device.CPU)));
    }
    var e =
        assertThrows(
            CheckpointException.class,
            () -> TrainedNetwork.loadNetwork(last, "student", config, Device.CPU));
    assertTrue(
        e.getMessage().endsWith("has no network student; it has trained, teacher"), e.getMessage());
  }

  @Test
  void theOtherNetworkIsLeftOutOnRequest() {
    var history = train(cosa("one", "cosa.scoreOnline=false"));
    assertEquals(3, history.evaluations().size());
    assertEquals(Map.of(), history.otherEvaluations());
  }

  /// The kept file has one network, the best of all evaluations, which is used without its name.
  @Test
  void theBestNetworkIsKept() {
    var config = cosa("best");
    var run = config.run().dir();
    var history = train(config);
    var best = BestWeights.of(run).orElseThrow();
    var all = new ArrayList<>(history.evaluations());
    all.addAll(history.otherEvaluations().get(Recipe.TRAINED));
    assertEquals(
        all.stream().mapToDouble(it -> it.miou(MapKind.SEG)).max().orElseThrow(), best.segMiou());
    var file = BestWeights.file(run);
    assertEquals(best.segMiou(), scored(config, TrainedNetwork.load(file, config, Device.CPU)));
    var weights = Checkpoint.load(file);
    assertEquals(best.step(), weights.step());
    assertEquals(0, weights.optimizer().size());
    assertEquals(
        best.network().equals(Recipe.TRAINED),
        weights.state().isEmpty() && !weights.model().isEmpty());
    var other = best.network().equals(Recipe.TRAINED) ? "teacher" : Recipe.TRAINED;
    var e =
        assertThrows(
            CheckpointException.class,
            () -> TrainedNetwork.loadNetwork(file, other, config, Device.CPU));
    assertTrue(e.getMessage().contains("has no network " + other), e.getMessage());
    assertEquals(6, Checkpoint.latest(run).orElseThrow().checkpoint().step(), "not resumed from");
  }

  /// Either network may be the best: with a momentum of 0 both are equal and the first one scored
  /// is kept, with 1 the teacher never learns.
  @Test
  void aNetworkMustBeBetterToTakeItsPlace() {
    var equal = cosa("equal", "cosa.teacherMomentum=0");
    train(equal);
    assertEquals(Recipe.TRAINED, BestWeights.of(equal.run().dir()).orElseThrow().network());
  }

  /// A resumed run knows the best so far.
  @Test
  void aResumedRunKeepsTheBest() {
    var whole = cosa("whole");
    train(whole);
    var stopper = new TinyRun.Watcher();
    stopper.stopAt = 5;
    var halved = cosa("halved");
    TinyRun.train(halved, stopper);
    try (var trainer = Trainer.resume(halved.run().dir(), Overrides.NONE, new TinyRun.Watcher())) {
      assertTrue(trainer.run().completed());
    }
    assertEquals(BestWeights.of(whole.run().dir()), BestWeights.of(halved.run().dir()));
    assertSame(
        Checkpoint.load(BestWeights.file(whole.run().dir())).model(),
        Checkpoint.load(BestWeights.file(halved.run().dir())).model());
    // a score that no network reaches
    var run = halved.run().dir();
    new BestWeights(Recipe.TRAINED, 4, 2).save(run, Map.of(), 1, halved.toYaml());
    try (var trainer =
        Trainer.resume(run, Overrides.parse(List.of("train.maxIters=8")), new TinyRun.Watcher())) {
      assertTrue(trainer.run().completed());
    }
    assertEquals(2, BestWeights.of(run).orElseThrow().segMiou());
  }

  /// A recipe with one network keeps its best, too, if that is wanted; ToCo's default is not.
  @Test
  void aRecipeWithOneNetworkKeepsItsBest() {
    var config = toco("toco", "train.keepBest=true");
    var history = train(config);
    assertEquals(Map.of(), history.otherEvaluations());
    var best = BestWeights.of(config.run().dir()).orElseThrow();
    assertEquals(Recipe.TRAINED, best.network());
    assertEquals(
        history.evaluations().stream().mapToDouble(it -> it.miou(MapKind.SEG)).max().orElseThrow(),
        best.segMiou());
    var plain = toco("plain");
    train(plain);
    assertFalse(Files.exists(BestWeights.file(plain.run().dir())));
  }

  /// The listener receives each network's scores, the evaluated one's last.
  @Test
  void theListenerReceivesBoth() {
    var received = new ArrayList<String>();
    var listener =
        new TinyRun.Watcher() {
          @Override
          public void onEvaluation(long step, Scores scores) {
            received.add(step + " evaluated");
          }

          @Override
          public void onOtherEvaluation(long step, String network, Scores scores) {
            received.add(step + " " + network);
          }

          @Override
          public void onMessage(String line) {
            if (line.startsWith("best so far: network ")) {
              received.add("best");
            }
          }
        };
    TinyRun.train(cosa("listened", "train.maxIters=2", "train.keepBest=true"), listener);
    assertEquals("2 trained", received.getFirst());
    assertTrue(received.contains("2 evaluated") && received.contains("best"), received.toString());
  }
}
