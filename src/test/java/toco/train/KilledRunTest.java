package toco.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.checkpoint.Checkpoint;
import toco.config.Overrides;
import toco.torch.LibTorch;
import toco.torch.TensorScope;

/// Killed without warning (SIGKILL), again and again, a run loses nothing that a checkpoint held.
class KilledRunTest {
  private static final int STEPS = 12;

  @TempDir Path folder;

  /// Runs in the child: trains or resumes, saving after every step, and says when a step is done.
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) {
      var run = Path.of(arguments[0]);
      var listener =
          new TinyRun.Watcher() {
            @Override
            public void onStep(StepReport report) {
              System.out.println("step " + report.step());
            }
          };
      if (arguments.length == 1) {
        try (var trainer = Trainer.resume(run, Overrides.NONE, listener)) {
          trainer.run();
        }
      } else {
        TinyRun.train(TinyRun.config(run, Path.of(arguments[1]), settings()), listener);
      }
    }
  }

  @Test
  void aRunKilledAtAnyMomentResumesToTheSameWeights() throws Exception {
    var data = folder.resolve("data");
    TinyRun.train(TinyRun.config(folder.resolve("whole"), data, settings()), new TinyRun.Watcher());

    var killed = folder.resolve("killed");
    killAfter(1, 0, killed.toString(), data.toString());
    // Some milliseconds after a step's line the child is saving, or deep in the next step.
    killAfter(2, 3, killed.toString());
    killAfter(1, 11, killed.toString());
    killAfter(3, 7, killed.toString());
    try (var trainer = Trainer.resume(killed, Overrides.NONE, new TinyRun.Watcher())) {
      assertTrue(trainer.run().completed());
    }
    try (var _ = TensorScope.open()) {
      var expected = Checkpoint.load(Checkpoint.file(folder.resolve("whole"), STEPS));
      var actual = Checkpoint.load(Checkpoint.file(killed, STEPS));
      assertEquals(expected.model().keySet(), actual.model().keySet());
      expected
          .model()
          .forEach((name, weight) ->
              assertArrayEquals(
                  weight.toFloatArray(), actual.model().get(name).toFloatArray(), name));
    }
  }

  private static String[] settings() {
    return new String[] {"train.maxIters=" + STEPS, "train.checkpointEvery=1"};
  }

  /// Starts a child and kills it once it has done some steps and a little more time has passed.
  private static void killAfter(int steps, long delayMs, String... arguments)
      throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Dtoco.library=" + LibTorch.library());
    command.addAll(List.of("-Xmx256m", "-cp", System.getProperty("java.class.path")));
    command.add(Child.class.getName());
    command.addAll(List.of(arguments));
    var child = new ProcessBuilder(command).redirectErrorStream(true).start();
    var said = new StringBuilder();
    try (var lines =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      int done = 0;
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        said.append(line).append('\n');
        if (line.startsWith("step ") && ++done == steps) {
          Thread.sleep(delayMs);
          child.destroyForcibly();
          break;
        }
      }
      assertEquals(steps, done, said.toString());
    }
    assertNotEquals(0, child.waitFor());
  }
}
