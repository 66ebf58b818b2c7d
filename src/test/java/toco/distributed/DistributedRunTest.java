package toco.distributed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import toco.checkpoint.Checkpoint;
import toco.cli.Main;
import toco.config.Config;
import toco.files.Json;
import toco.torch.LibTorch;
import toco.torch.TensorScope;
import toco.train.TinyRun;
import tools.jackson.databind.JsonNode;

/// Whole runs on several processes: they compute what one process does, and survive the death of
/// any.
@Timeout(value = 240, unit = TimeUnit.SECONDS)
@EnabledIf(value = "toco.distributed.Ranks#canMeet", disabledReason = "built without libgloo-dev")
class DistributedRunTest {
  private static final int STEPS = 10;

  /// The sums of a step are put together in another order, which moves a float32 loss near 1 by
  /// some 1e-7; the weights carry that on from step to step.
  private static final double TOLERANCE = 1e-5;

  @TempDir Path folder;
  private Path data;

  @BeforeEach
  void makeData() {
    data = folder.resolve("data");
  }

  /// The settings of all runs here: every loss from the first step, rates near the published.
  private List<String> settings(String run, String... more) {
    var keys = new ArrayList<String>();
    var config = TinyRun.config(folder.resolve(run), data);
    for (var difference : config.differencesFrom(demo())) {
      keys.add(difference.key() + "=" + difference.value());
    }
    keys.addAll(
        List.of(
            "train.maxIters=" + STEPS,
            "train.threads=1",
            "train.logEvery=1",
            "loss.segStartIter=0",
            "loss.regStartIter=0",
            "optim.lr=6e-5"));
    keys.addAll(List.of(more));
    return keys;
  }

  private static Config demo() {
    return Config.load(Path.of("configs/demo.yaml"), List.of());
  }

  private static final class Job {
    private final List<String> lines = new ArrayList<>();
    private int status;
  }

  /// Starts toco on some processes and waits for the end.
  private Job job(int processes, int restarts, String... arguments) throws Exception {
    return job(processes, restarts, () -> null, arguments);
  }

  /// @param meanwhile is done beside it
  private Job job(int processes, int restarts, Callable<?> meanwhile, String... arguments)
      throws Exception {
    var command = new ArrayList<String>();
    command.add("'%s'".formatted(Path.of(System.getProperty("java.home"), "bin", "java")));
    command.add("--enable-native-access=ALL-UNNAMED -Xmx256m");
    command.add("-Dtoco.library='%s'".formatted(LibTorch.library()));
    command.add(
        "-cp '%s' %s".formatted(System.getProperty("java.class.path"), Main.class.getName()));
    for (var argument : arguments) {
      command.add("\"%s\"".formatted(argument)); // $RANK may be in it
    }
    var script = "exec %s >>'%s'/out$RANK 2>&1".formatted(String.join(" ", command), folder);
    var job = new Job();
    var launch =
        new Launch(
            new LaunchPlan(processes, 1, 0, null, null, restarts, 60),
            List.of("/bin/sh", "-c", script),
            job.lines::add,
            20_000);
    var beside =
        Thread.ofPlatform()
            .start(() -> {
              try {
                meanwhile.call();
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
    job.status = launch.run();
    beside.join();
    return job;
  }

  private String output(int rank) throws IOException {
    return Files.readString(folder.resolve("out" + rank));
  }

  private Job train(int processes, int restarts, List<String> settings) throws Exception {
    return train(processes, restarts, () -> null, settings);
  }

  private Job train(int processes, int restarts, Callable<?> meanwhile, List<String> settings)
      throws Exception {
    return job(processes, restarts, meanwhile, with("train configs/demo.yaml", settings));
  }

  private static String[] with(String command, List<String> settings) {
    var arguments = new ArrayList<>(List.of(command.split(" ")));
    settings.forEach(setting -> arguments.addAll(List.of("--set", setting)));
    return arguments.toArray(String[]::new);
  }

  private void assertTrained(Job job) throws IOException {
    assertEquals(0, job.status, () -> job.lines + said());
  }

  private String said() {
    try {
      return output(0);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /// The losses of each step.
  private Map<Long, JsonNode> losses(String run) throws IOException {
    var losses = new TreeMap<Long, JsonNode>();
    for (var line : Files.readAllLines(folder.resolve(run).resolve("metrics.jsonl"))) {
      var json = Json.MAPPER.readTree(line);
      if (json.has("losses")) {
        losses.put(json.get("step").asLong(), json.get("losses"));
      }
    }
    return losses;
  }

  private void assertSameLosses(String expectedRun, String run, double tolerance)
      throws IOException {
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

  private void assertSameWeights(String expectedRun, String run) {
    try (var _ = TensorScope.open()) {
      var expected = Checkpoint.load(Checkpoint.file(folder.resolve(expectedRun), STEPS)).model();
      var actual = Checkpoint.load(Checkpoint.file(folder.resolve(run), STEPS)).model();
      assertEquals(expected.keySet(), actual.keySet());
      expected.forEach((name, weight) ->
          assertArrayEquals(weight.toFloatArray(), actual.get(name).toFloatArray(), name));
    }
  }

  @Test
  void underGlobalScopeTwoProcessesOfOneSampleEqualOneProcessOfTwo() throws Exception {
    assertTrained(train(1, 0, settings("one", "train.samplesPerProcess=2")));
    assertTrained(train(2, 0, settings("two", "train.samplesPerProcess=1", "loss.scope=global")));
    assertSameLosses("one", "two", TOLERANCE);
    assertTrue(output(0).contains("2 processes with 1 samples a step each"), output(0));
    assertEquals("", output(1), "the second process has nothing to say");

    // the published scope is another computation, so the test above tells the two apart
    assertTrained(train(2, 0, settings("local", "train.samplesPerProcess=1")));
    double apart = 0;
    for (var step : losses("one").entrySet()) {
      double other = losses("local").get(step.getKey()).get("ptc").asDouble();
      apart = Math.max(apart, Math.abs(step.getValue().get("ptc").asDouble() - other));
    }
    assertTrue(apart > 100 * TOLERANCE, "local and global differ by " + apart);
  }

  /// In one process the two local losses are those of two rounds, whose gradients are averaged.
  @Test
  void underLocalScopeTwoProcessesEqualTheAverageOfTheirLossesInOne() throws Exception {
    assertTrained(train(2, 0, settings("two", "train.samplesPerProcess=1")));
    assertTrained(
        train(1, 0, settings("one", "train.samplesPerProcess=1", "train.gradientAccumulation=2")));
    assertSameLosses("one", "two", 0); // the sum of two numbers has one order
    assertSameWeights("one", "two");
  }

  @Test
  void aRunGoesOnOnMoreOrFewerProcesses() throws Exception {
    var settings = List.of("loss.scope=global", "train.checkpointEvery=4");
    var pairs = with(settings, "train.samplesPerProcess=1");
    var whole = with(settings, "train.samplesPerProcess=2");
    assertTrained(train(1, 0, settings("whole", whole)));
    assertTrained(train(2, 0, settings("fewer", pairs)));
    resumeAtEight("fewer", 1);
    assertTrue(output(0).contains("on 2 processes with 1 samples each, and goes on on 1 with 2"));
    assertSameLosses("whole", "fewer", TOLERANCE);

    assertTrained(train(1, 0, settings("more", whole)));
    resumeAtEight("more", 2);
    assertSameLosses("whole", "more", TOLERANCE);

    var run = folder.resolve("more").toString();
    var refused = job(3, 0, "train", "--resume", run, "--set", "train.maxIters=12");
    assertEquals(1, refused.status);
    assertTrue(output(0).contains("2 do not divide over 3 processes"), output(0));
    assertTrue(output(2).contains("2 do not divide over 3 processes"), output(2));
  }

  private static String[] with(List<String> settings, String more) {
    var all = new ArrayList<>(settings);
    all.add(more);
    return all.toArray(String[]::new);
  }

  private void resumeAtEight(String run, int processes) throws Exception {
    var path = folder.resolve(run);
    Files.delete(Checkpoint.file(path, STEPS));
    assertTrained(job(processes, 0, "train", "--resume", path.toString()));
    assertTrue(output(0).contains("resuming at step 8"), output(0));
  }

  @Test
  void killedRanksStartTheJobAgainAndItEndsWithTheSameWeights() throws Exception {
    var shared = List.of("train.samplesPerProcess=1", "train.checkpointEvery=1");
    assertTrained(train(2, 0, settings("whole", shared.toArray(String[]::new))));
    var run = folder.resolve("killed");
    var kills = new ArrayList<String>();
    Callable<?> killing =
        () -> {
          for (int kill = 1; kill <= 3; kill++) {
            var checkpoint = Checkpoint.file(run, kill * 2L);
            while (!Files.exists(checkpoint)) {
              Thread.sleep(1);
            }
            Thread.sleep(17L * kill); // in the midst of saving or of the next step
            int rank = kill % 2; // the one that writes, and the other
            ProcessHandle.current()
                .children()
                .filter(child -> rankOf(child) == rank)
                .forEach(child -> {
                  kills.add("rank " + rank);
                  child.destroyForcibly();
                });
          }
          return null;
        };
    assertTrained(train(2, 3, killing, settings("killed", shared.toArray(String[]::new))));
    assertEquals(List.of("rank 1", "rank 0", "rank 1"), kills);
    assertTrue(output(0).contains("resuming at step"), output(0));
    assertSameWeights("whole", "killed");
    assertSameLosses("whole", "killed", 0);
  }

  /// By the environment it was started with; −1 if it is no process of a job.
  private static int rankOf(ProcessHandle child) {
    try {
      for (var entry :
          Files.readString(Path.of("/proc", String.valueOf(child.pid()), "environ")).split("\0")) {
        if (entry.startsWith("RANK=")) {
          return Integer.parseInt(entry.substring(5));
        }
      }
    } catch (IOException e) {
      // ended meanwhile
    }
    return -1;
  }

  @Test
  void evaluationOverAnyNumberOfProcessesGivesOneTable() throws Exception {
    var settings = settings("run", "data.synthetic.valImages=37", "eval.sizePx=64");
    assertTrained(train(1, 0, settings));
    var weights = Checkpoint.file(folder.resolve("run"), STEPS).toString();
    var tables = new ArrayList<String>();
    for (int processes = 1; processes <= 3; processes++) {
      Files.deleteIfExists(folder.resolve("out0"));
      var arguments = new ArrayList<>(List.of(with("eval configs/demo.yaml", settings)));
      arguments.addAll(
          List.of("--checkpoint", weights, "--out", folder.resolve("eval" + processes).toString()));
      assertTrained(job(processes, 0, arguments.toArray(String[]::new)));
      tables.add(table(output(0)));
    }
    assertTrue(tables.getFirst().contains("mIoU"), tables.getFirst());
    assertEquals(tables.get(0), tables.get(1));
    assertEquals(tables.get(0), tables.get(2));
    assertEquals(scores(1), scores(2));
    assertEquals(scores(1), scores(3));
  }

  private static String table(String output) {
    return output.substring(output.indexOf("IoU, %"), output.indexOf("wrote "));
  }

  private JsonNode scores(int processes) throws IOException {
    var json =
        Json.MAPPER.readTree(
            Files.readString(folder.resolve("eval" + processes).resolve("eval.json")));
    return json.get("scores") == null ? json : json.get("scores");
  }

  @Test
  void processesThatWereConfiguredDifferentlyAllSaySo() throws Exception {
    var job = train(2, 0, settings("run", "train.maxIters=1$RANK"));
    assertNotEquals(0, job.status);
    for (int rank = 0; rank < 2; rank++) {
      assertTrue(output(rank).contains("give all processes the same configuration"), output(rank));
    }
  }

  @Test
  void processesWithDifferentListsAllSaySo() throws Exception {
    assertTrained(train(1, 0, settings("first"))); // makes the data
    var other = folder.resolve("data1");
    copy(data, other);
    var list = other.resolve("lists/train.txt");
    var names = Files.readAllLines(list);
    Files.write(list, names.subList(0, names.size() - 1));
    Files.createSymbolicLink(folder.resolve("data0"), data);
    var job = train(2, 0, settings("run", "data.root=%s/data$RANK".formatted(folder)));
    assertNotEquals(0, job.status);
    for (int rank = 0; rank < 2; rank++) {
      assertTrue(output(rank).contains("list"), output(rank));
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (var file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }
}
