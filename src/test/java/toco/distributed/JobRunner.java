package toco.distributed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import toco.checkpoint.Checkpoint;
import toco.cli.Main;
import toco.config.Config;
import toco.files.Json;
import toco.torch.LibTorch;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.train.TinyRun;
import tools.jackson.databind.JsonNode;

/// Runs toco on several processes, with runs, data and outputs in one folder, and compares the
/// runs.
final class JobRunner {
  static final int STEPS = 10;
  private final Path folder;
  private final Path data;

  JobRunner(Path folder) {
    this.folder = folder;
    data = folder.resolve("data");
  }

  /// An ended job.
  record Job(int status, List<String> launcherLines) {}

  /// `--set` values shared by all runs: every loss from the first step, a rate near the published.
  List<String> settings(String run, String... more) {
    var keys = new ArrayList<String>();
    var config = TinyRun.config(folder.resolve(run), data);
    for (var difference : config.differencesFrom(demo())) {
      keys.add(difference.key() + "=" + difference.value());
    }
    keys.addAll(List.of("loss.segStartIter=0", "loss.regStartIter=0"));
    keys.addAll(shared(run, more));
    return keys;
  }

  /// Those of them that every recipe has.
  List<String> shared(String run, String... more) {
    var keys =
        new ArrayList<>(
            List.of(
                "run.dir=" + folder.resolve(run),
                "data.root=" + data,
                "train.maxIters=" + STEPS,
                "train.threads=1",
                "train.logEvery=1",
                "optim.lr=6e-5"));
    keys.addAll(List.of(more));
    return keys;
  }

  private static Config demo() {
    return Config.load(Path.of("configs/demo.yaml"), List.of());
  }

  /// The arguments of a command with these settings.
  static String[] arguments(String command, List<String> settings) {
    var arguments = new ArrayList<>(List.of(command.split(" ")));
    settings.forEach(setting -> arguments.addAll(List.of("--set", setting)));
    return arguments.toArray(String[]::new);
  }

  Job train(int processes, int restarts, List<String> settings) throws Exception {
    return train(processes, restarts, () -> null, settings);
  }

  Job train(int processes, int restarts, Callable<?> inParallel, List<String> settings)
      throws Exception {
    return train(processes, restarts, inParallel, Path.of("configs/demo.yaml"), settings);
  }

  /// @param config the file that the settings change
  Job train(int processes, int restarts, Callable<?> inParallel, Path config, List<String> settings)
      throws Exception {
    return run(processes, restarts, inParallel, arguments("train " + config, settings));
  }

  /// Runs toco on some processes and waits until the job has ended.
  Job run(int processes, int restarts, String... arguments) throws Exception {
    return run(processes, restarts, () -> null, arguments);
  }

  /// @param inParallel runs on another thread while the job runs
  private Job run(int processes, int restarts, Callable<?> inParallel, String... arguments)
      throws Exception {
    var lines = new ArrayList<String>();
    var launch =
        new Launch(
            new LaunchPlan(processes, 1, 0, null, null, restarts, 60),
            List.of("/bin/sh", "-c", script(arguments)),
            lines::add,
            20_000);
    var thread =
        Thread.ofPlatform()
            .start(() -> {
              try {
                inParallel.call();
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
    int status = launch.run();
    thread.join();
    return new Job(status, lines);
  }

  private String script(String... arguments) {
    var command = new ArrayList<String>();
    command.add("'%s'".formatted(Path.of(System.getProperty("java.home"), "bin", "java")));
    command.add("--enable-native-access=ALL-UNNAMED -Xmx256m");
    command.add("-Dtoco.library='%s'".formatted(LibTorch.library()));
    command.add(
        "-cp '%s' %s".formatted(System.getProperty("java.class.path"), Main.class.getName()));
    for (var argument : arguments) {
      command.add("\"%s\"".formatted(argument)); // the shell expands $RANK in it
    }
    return "exec %s >>'%s'/out$RANK 2>&1".formatted(String.join(" ", command), folder);
  }

  /// All that a rank has printed so far.
  String output(int rank) throws IOException {
    return Files.readString(folder.resolve("out" + rank));
  }

  void assertSucceeded(Job job) throws IOException {
    var output = output(0);
    assertEquals(0, job.status, () -> job.launcherLines + output);
  }

  /// The losses of each step.
  Map<Long, JsonNode> losses(String run) throws IOException {
    var losses = new TreeMap<Long, JsonNode>();
    for (var line : Files.readAllLines(folder.resolve(run).resolve("metrics.jsonl"))) {
      var json = Json.MAPPER.readTree(line);
      if (json.has("losses")) {
        losses.put(json.get("step").asLong(), json.get("losses"));
      }
    }
    return losses;
  }

  void assertSameLosses(String expectedRun, String run, double tolerance) throws IOException {
    var expected = losses(expectedRun);
    var actual = losses(run);
    assertEquals(STEPS, expected.size());
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach((step, terms) ->
        terms
            .properties()
            .forEach(term ->
                assertEquals(
                    term.getValue().asDouble(),
                    actual.get(step).get(term.getKey()).asDouble(),
                    tolerance,
                    "%s at step %d".formatted(term.getKey(), step))));
  }

  /// And the same state of the recipe, such as the weights of a teacher.
  void assertSameWeights(String expectedRun, String run) {
    try (var _ = TensorScope.open()) {
      var expected = Checkpoint.load(Checkpoint.file(folder.resolve(expectedRun), STEPS));
      var actual = Checkpoint.load(Checkpoint.file(folder.resolve(run), STEPS));
      assertSame(expected.model(), actual.model());
      assertSame(expected.state(), actual.state());
    }
  }

  private static void assertSame(Map<String, Tensor> expected, Map<String, Tensor> actual) {
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach((name, tensor) ->
        assertArrayEquals(tensor.toFloatArray(), actual.get(name).toFloatArray(), name));
  }
}
