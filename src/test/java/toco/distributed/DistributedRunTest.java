package toco.distributed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.distributed.JobRunner.STEPS;
import static toco.distributed.JobRunner.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.checkpoint.Checkpoint;
import toco.files.Json;
import toco.train.CosaRun;
import toco.train.MoreRun;
import tools.jackson.databind.JsonNode;

/// Whole runs on several processes: they compute what one process computes, and survive the death
/// of any of them.
@Timeout(value = 240, unit = TimeUnit.SECONDS)
@EnabledIf(value = "toco.distributed.Ranks#canJoin", disabledReason = "built without libgloo-dev")
class DistributedRunTest {
  /// The sums of a step are computed in another order, which changes a float32 loss near 1 by about
  /// 1e-7; the weights carry that on from step to step.
  private static final double TOLERANCE = 1e-5;

  @TempDir Path folder;
  private JobRunner jobs;

  @BeforeEach
  void makeRunner() {
    jobs = new JobRunner(folder);
  }

  @Test
  void underGlobalScopeTwoProcessesOfOneSampleEqualOneProcessOfTwo() throws Exception {
    jobs.assertSucceeded(jobs.train(1, 0, jobs.settings("one", "train.samplesPerProcess=2")));
    jobs.assertSucceeded(
        jobs.train(2, 0, jobs.settings("two", "train.samplesPerProcess=1", "loss.scope=global")));
    jobs.assertSameLosses("one", "two", TOLERANCE);
    assertTrue(jobs.output(0).contains("2 processes with 1 samples per step each"), jobs.output(0));
    assertEquals("", jobs.output(1), "only rank 0 reports");

    // the published scope gives other values, so the comparison above can fail
    jobs.assertSucceeded(jobs.train(2, 0, jobs.settings("local", "train.samplesPerProcess=1")));
    double largest = 0;
    for (var step : jobs.losses("one").entrySet()) {
      double other = jobs.losses("local").get(step.getKey()).get("ptc").asDouble();
      largest = Math.max(largest, Math.abs(step.getValue().get("ptc").asDouble() - other));
    }
    assertTrue(largest > 100 * TOLERANCE, "local and global differ by " + largest);
  }

  /// In one process the two local losses are those of two micro-batches with averaged gradients.
  @Test
  void underLocalScopeTwoProcessesEqualTheAverageOfTheirLossesInOne() throws Exception {
    jobs.assertSucceeded(jobs.train(2, 0, jobs.settings("two", "train.samplesPerProcess=1")));
    jobs.assertSucceeded(
        jobs.train(
            1,
            0,
            jobs.settings("one", "train.samplesPerProcess=1", "train.gradientAccumulation=2")));
    jobs.assertSameLosses("one", "two", 0); // the sum of two numbers has one order
    jobs.assertSameWeights("one", "two");
  }

  @Test
  void aRunResumesOnMoreOrFewerProcesses() throws Exception {
    var settings = List.of("loss.scope=global", "train.checkpointEvery=4");
    var pairs = plus(settings, "train.samplesPerProcess=1");
    var whole = plus(settings, "train.samplesPerProcess=2");
    jobs.assertSucceeded(jobs.train(1, 0, jobs.settings("whole", whole)));
    jobs.assertSucceeded(jobs.train(2, 0, jobs.settings("fewer", pairs)));
    resumeAtEight("fewer", 1);
    assertTrue(
        jobs.output(0)
            .contains("on 2 processes with 1 samples each, and continues on 1 with 2 each"));
    jobs.assertSameLosses("whole", "fewer", TOLERANCE);

    jobs.assertSucceeded(jobs.train(1, 0, jobs.settings("more", whole)));
    resumeAtEight("more", 2);
    jobs.assertSameLosses("whole", "more", TOLERANCE);

    var run = folder.resolve("more").toString();
    var refused = jobs.run(3, 0, "train", "--resume", run, "--set", "train.maxIters=12");
    assertEquals(1, refused.status());
    assertTrue(jobs.output(0).contains("2 cannot be divided among 3 processes"), jobs.output(0));
    assertTrue(jobs.output(2).contains("2 cannot be divided among 3 processes"), jobs.output(2));
  }

  private static String[] plus(List<String> settings, String more) {
    var all = new ArrayList<>(settings);
    all.add(more);
    return all.toArray(String[]::new);
  }

  private void resumeAtEight(String run, int processes) throws Exception {
    var path = folder.resolve(run);
    Files.delete(Checkpoint.file(path, STEPS));
    jobs.assertSucceeded(jobs.run(processes, 0, "train", "--resume", path.toString()));
    assertTrue(jobs.output(0).contains("resuming at step 8"), jobs.output(0));
  }

  @Test
  void aJobWhoseRanksAreKilledRestartsAndEndsWithTheSameWeights() throws Exception {
    killed(3, Path.of("configs/demo.yaml"), jobs::settings);
  }

  @ParameterizedTest
  @ValueSource(strings = {MoreRun.YAML, CosaRun.YAML})
  void soDoesAJobOfAnotherRecipe(String yaml) throws Exception {
    killed(2, Files.writeString(folder.resolve("other.yaml"), yaml), jobs::shared);
  }

  private interface Settings {
    List<String> of(String run, String... more);
  }

  /// @param kills of rank 1, rank 0, rank 1, …
  private void killed(int kills, Path config, Settings settings) throws Exception {
    var shared = new String[] {"train.samplesPerProcess=1", "train.checkpointEvery=1"};
    jobs.assertSucceeded(jobs.train(2, 0, () -> null, config, settings.of("whole", shared)));
    var run = folder.resolve("killed");
    var killed = new ArrayList<Integer>();
    Callable<?> killing =
        () -> {
          for (int kill = 1; kill <= kills; kill++) {
            var checkpoint = Checkpoint.file(run, kill * 2L);
            while (!Files.exists(checkpoint)) {
              Thread.sleep(1);
            }
            Thread.sleep(17L * kill); // during saving or during the next step
            int rank = kill % 2; // rank 0 writes the checkpoints, rank 1 does not
            ProcessHandle.current()
                .children()
                .filter(child -> rankOf(child) == rank)
                .forEach(child -> {
                  killed.add(rank);
                  child.destroyForcibly();
                });
          }
          return null;
        };
    jobs.assertSucceeded(jobs.train(2, kills, killing, config, settings.of("killed", shared)));
    assertEquals(List.of(1, 0, 1).subList(0, kills), killed);
    assertTrue(jobs.output(0).contains("resuming at step"), jobs.output(0));
    jobs.assertSameWeights("whole", "killed");
    jobs.assertSameLosses("whole", "killed", 0);
  }

  /// The rank in the environment of a process; −1 if it has none.
  private static int rankOf(ProcessHandle child) {
    try {
      for (var entry :
          Files.readString(Path.of("/proc", String.valueOf(child.pid()), "environ")).split("\0")) {
        if (entry.startsWith("RANK=")) {
          return Integer.parseInt(entry.substring(5));
        }
      }
    } catch (IOException e) {
      // the process has exited
    }
    return -1;
  }

  @Test
  void evaluationGivesTheSameTableOnAnyNumberOfProcesses() throws Exception {
    var settings = jobs.settings("run", "data.synthetic.valImages=37", "eval.sizePx=64");
    jobs.assertSucceeded(jobs.train(1, 0, settings));
    var weights = Checkpoint.file(folder.resolve("run"), STEPS).toString();
    var tables = new ArrayList<String>();
    for (int processes = 1; processes <= 3; processes++) {
      Files.deleteIfExists(folder.resolve("out0"));
      var all = new ArrayList<>(List.of(arguments("eval configs/demo.yaml", settings)));
      all.addAll(
          List.of("--checkpoint", weights, "--out", folder.resolve("eval" + processes).toString()));
      jobs.assertSucceeded(jobs.run(processes, 0, all.toArray(String[]::new)));
      tables.add(table(jobs.output(0)));
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
  void ranksWithDifferentConfigurationsAllReportIt() throws Exception {
    var job = jobs.train(2, 0, jobs.settings("run", "train.maxIters=1$RANK"));
    assertNotEquals(0, job.status());
    for (int rank = 0; rank < 2; rank++) {
      assertTrue(
          jobs.output(rank).contains("give all processes the same configuration"),
          jobs.output(rank));
    }
  }

  @Test
  void ranksWithDifferentListsAllReportIt() throws Exception {
    jobs.assertSucceeded(jobs.train(1, 0, jobs.settings("first"))); // makes the data
    var data = folder.resolve("data");
    var other = folder.resolve("data1");
    copy(data, other);
    var list = other.resolve("lists/train.txt");
    var names = Files.readAllLines(list);
    Files.write(list, names.subList(0, names.size() - 1));
    Files.createSymbolicLink(folder.resolve("data0"), data);
    var job = jobs.train(2, 0, jobs.settings("run", "data.root=%s/data$RANK".formatted(folder)));
    assertNotEquals(0, job.status());
    for (int rank = 0; rank < 2; rank++) {
      assertTrue(jobs.output(rank).contains("list"), jobs.output(rank));
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
