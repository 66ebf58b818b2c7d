package toco.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.cam.SmallNetwork;
import toco.torch.Device;

/// Scores do not depend on how an evaluation is divided, interrupted or threaded.
class EvaluationRunTest extends EvaluationRunFixture {
  @ParameterizedTest
  @ValueSource(strings = {"eval.sizePx=0", "eval.sizePx=32"})
  void mergedShardsEqualASingleRunBitForBit(String size) throws IOException {
    var config = CONFIG.with(size);
    var whole = json(List.of(run(config, Shard.WHOLE, false, 1, root.resolve("whole"))));
    var parts = root.resolve("parts");
    var files = new ArrayList<Path>();
    for (int i : new int[] {2, 3, 1}) {
      files.add(run(config, new Shard(i, 3), false, 2, parts));
    }
    assertEquals(whole, json(files));
    assertEquals(whole, json(List.of(parts)));
    assertTrue(whole.contains("\"crfMiou\""), whole);
  }

  /// A killed process may leave the file cut anywhere: in the first line, a later one, or between.
  @Test
  void aResumedRunEqualsAnUninterruptedOne() throws IOException {
    var file = run(CONFIG, Shard.WHOLE, false, 1, root.resolve("whole"));
    var uninterrupted = json(List.of(file));
    var bytes = Files.readAllBytes(file);
    var ends = new ArrayList<Integer>(); // of lines
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        ends.add(i + 1);
      }
    }
    assertEquals(1 + IMAGES, ends.size());
    for (int cut : new int[] {0, 7, ends.get(0), ends.get(5), ends.get(5) + 1, ends.get(9) - 1}) {
      Files.write(file, Arrays.copyOf(bytes, cut));
      int whole = (int) ends.stream().filter(end -> end <= cut).count(); // lines
      refined.set(0);
      assertEquals(file, run(CONFIG, Shard.WHOLE, true, 2, root.resolve("whole")));
      assertEquals(IMAGES - Math.max(0, whole - 1), refined.get(), "images done again");
      assertEquals(uninterrupted, json(List.of(file)), "cut at " + cut);
    }
    refined.set(0);
    run(CONFIG, Shard.WHOLE, true, 2, root.resolve("whole"));
    assertEquals(0, refined.get(), "nothing was left to do");
    assertEquals(uninterrupted, json(List.of(file)));
  }

  @Test
  void withoutResumeTheEvaluationStartsFromTheFirstImage() {
    run(CONFIG, Shard.WHOLE, false, 1, root);
    refined.set(0);
    run(CONFIG, Shard.WHOLE, false, 1, root);
    assertEquals(IMAGES, refined.get());
  }

  @Test
  void workersDoNotChangeTheScores() throws IOException {
    var one = json(List.of(run(CONFIG, Shard.WHOLE, false, 1, root.resolve("one"))));
    var five = json(List.of(run(CONFIG, Shard.WHOLE, false, 5, root.resolve("five"))));
    assertEquals(one, five);
  }

  @Test
  void scoresEqualThoseOfEvaluationDuringTraining() {
    var config = SmallNetwork.CONFIG;
    var run = new EvaluationRun(root, Shard.WHOLE, false);
    try (var model = model()) {
      var evaluator = new Evaluator(config, dataset(), Device.CPU);
      var file = run.run(evaluator, model, checkpoint(), listener(new ArrayList<>())).file();
      var names = dataset().classNames();
      assertEquals(
          evaluator.evaluate(model, EvaluationListener.NONE).byName(names),
          EvalReport.of(List.of(file), 0, 0).scores().byName(names));
    }
  }
}
