package toco.train;

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
import java.util.function.Function;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import toco.checkpoint.Checkpoint;
import toco.config.Config;
import toco.config.Overrides;
import toco.distributed.World;
import toco.recipe.Recipe;
import toco.recipes.Recipes;
import toco.torch.LibTorch;
import toco.torch.TensorScope;

/// Killed without warning (SIGKILL), again and again, a run loses nothing that a checkpoint held,
/// whatever its recipe.
class KilledRunTest {
  private static final int STEPS = 12;

  @TempDir Path folder;

  /// A recipe, a run of it, and whether more than the trained weights must survive.
  enum Method {
    TOCO(TinyRun::config, Recipes::of, false),
    MORE(MoreRun::config, Recipes::of, false),
    COSA(CosaRun::config, Recipes::of, true),
    EMA(TinyRun::config, EmaRecipe::new, true);

    private final Settings settings;
    private final Function<Config, Recipe> recipe;
    private final boolean hasState;

    Method(Settings settings, Function<Config, Recipe> recipe, boolean hasState) {
      this.settings = settings;
      this.recipe = recipe;
      this.hasState = hasState;
    }

    void train(Path run, Path data, TrainingListener listener) {
      var config = settings.of(run, data, "train.maxIters=" + STEPS, "train.checkpointEvery=1");
      try (var trainer = Trainer.start(config, recipe, listener, World.single())) {
        trainer.run();
      }
    }

    boolean resume(Path run, TrainingListener listener) {
      try (var trainer = Trainer.resume(run, Overrides.NONE, recipe, listener, World.single())) {
        return trainer.run().completed();
      }
    }
  }

  interface Settings {
    Config of(Path run, Path data, String... more);
  }

  /// Runs in the child: trains or resumes, saving after every step, and says when a step is done.
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) {
      var method = Method.valueOf(arguments[0]);
      var run = Path.of(arguments[1]);
      var listener =
          new TinyRun.Watcher() {
            @Override
            public void onStep(StepReport report) {
              System.out.println("step " + report.step());
            }
          };
      if (arguments.length == 2) {
        method.resume(run, listener);
      } else {
        method.train(run, Path.of(arguments[2]), listener);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRunKilledAtAnyMomentResumesToTheSameState(Method method) throws Exception {
    var data = folder.resolve("data");
    var whole = folder.resolve("whole");
    method.train(whole, data, new TinyRun.Watcher());

    var killed = folder.resolve("killed");
    killAfter(1, 0, method.toString(), killed.toString(), data.toString());
    // Some milliseconds after a step's line the child is saving, or deep in the next step.
    killAfter(2, 3, method.toString(), killed.toString());
    killAfter(1, 11, method.toString(), killed.toString());
    killAfter(3, 7, method.toString(), killed.toString());
    assertTrue(method.resume(killed, new TinyRun.Watcher()));
    try (var _ = TensorScope.open()) {
      var expected = Checkpoint.load(Checkpoint.file(whole, STEPS));
      var actual = Checkpoint.load(Checkpoint.file(killed, STEPS));
      RunComparison.assertSame(expected.model(), actual.model());
      RunComparison.assertSame(expected.optimizer(), actual.optimizer());
      RunComparison.assertSame(expected.state(), actual.state());
      assertEquals(method.hasState, !expected.state().isEmpty());
    }
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
