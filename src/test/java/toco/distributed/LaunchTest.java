package toco.distributed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// With shells as processes: the environment of each, and what happens to all when one fails.
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LaunchTest {
  private static final long GRACE_MS = 500;

  @TempDir Path folder;
  private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

  private Launch launch(LaunchPlan plan, String script) {
    return new Launch(
        plan,
        List.of("/bin/sh", "-c", "cd '%s'; %s".formatted(folder, script)),
        lines::add,
        GRACE_MS);
  }

  private static LaunchPlan here(int processes, int maxRestarts) {
    return new LaunchPlan(processes, 1, 0, null, null, maxRestarts, null);
  }

  private String file(String name) throws IOException {
    return Files.readString(folder.resolve(name)).strip();
  }

  @Test
  void everyProcessGetsItsRankAndTheAddressOfTheJob() throws Exception {
    var plan = new LaunchPlan(2, 3, 1, "gpu0", 4567, 5, 77);
    var variables =
        "$RANK $WORLD_SIZE $LOCAL_RANK $LOCAL_WORLD_SIZE $MASTER_ADDR $MASTER_PORT"
            + " $TORCHELASTIC_RESTART_COUNT $TORCHELASTIC_MAX_RESTARTS $TOCO_TIMEOUT_SECONDS";
    assertEquals(0, launch(plan, "echo %s > $LOCAL_RANK".formatted(variables)).run());
    assertEquals("2 6 0 2 gpu0 4567 0 5 77", file("0"));
    assertEquals("3 6 1 2 gpu0 4567 0 5 77", file("1"));
  }

  @Test
  void theProcessesOfOneHostGetOneFreePort() throws Exception {
    assertEquals(0, launch(here(2, 0), "echo $MASTER_ADDR $MASTER_PORT > $RANK").run());
    assertEquals(file("0"), file("1"));
    assertTrue(file("0").matches("127\\.0\\.0\\.1 [1-9][0-9]+"), file("0"));
  }

  @Test
  void outputLinesOfRanksAbove0AreWholeAndPrefixedWithTheRank() throws Exception {
    assertEquals(
        0, launch(here(3, 0), "[ $RANK = 0 ] || { echo ünd; echo again >&2; printf last; }").run());
    assertEquals(
        List.of(
            "[rank 1] again",
            "[rank 1] last",
            "[rank 1] ünd",
            "[rank 2] again",
            "[rank 2] last",
            "[rank 2] ünd"),
        lines.stream().sorted().toList());
  }

  @Test
  void whenOneFailsTheOthersMayExitByThemselvesThenAreEnded() throws Exception {
    var script =
        "case $RANK in 0) sleep 60 ;; 1) exit 7 ;; 2) sleep 0.2; echo rank 1 exited ;; 3) trap"
            + " 'echo terminated' TERM; echo $$ > stubborn; while :; do sleep 0.1; done ;; esac";
    assertEquals(7, launch(here(4, 0), script).run());
    assertTrue(lines.contains("rank 1 exited with status 7"), lines.toString());
    assertTrue(lines.contains("[rank 2] rank 1 exited"), lines.toString());
    assertTrue(lines.contains("[rank 3] terminated"), lines.toString());
    assertTrue(ProcessHandle.of(Long.parseLong(file("stubborn"))).isEmpty());
  }

  @Test
  void aKilledProcessRestartsAll() throws Exception {
    var script =
        "echo $TORCHELASTIC_RESTART_COUNT >> seen$RANK;"
            + " [ $RANK$TORCHELASTIC_RESTART_COUNT != 10 ] || kill -9 $$";
    assertEquals(0, launch(here(2, 1), script).run());
    assertTrue(lines.stream().anyMatch(line -> line.contains("signal 9")), lines.toString());
    assertTrue(lines.contains("restarting all processes (restart 1 of 1)"), lines.toString());
    assertEquals("0\n1", file("seen0"));
    assertEquals("0\n1", file("seen1"));
  }

  @Test
  void whenRestartsAreUsedUpTheStatusIsThatOfTheFailedProcess() throws Exception {
    assertEquals(9, launch(here(2, 1), "echo x >> $RANK; [ $RANK = 0 ] || exit 9").run());
    assertEquals("x\nx", file("1"));
    assertEquals(1, launch(here(2, 0), "[ $RANK = 0 ] || kill -9 $$").run());
  }

  @Test
  void wrongUsageAStoppedRunAndUnreadResultsAreNotRestarted() throws Exception {
    assertEquals(2, launch(here(2, 3), "echo x >> $RANK; exit 2").run());
    assertEquals("x", file("0"));
    assertEquals(130, launch(here(2, 3), "echo x >> s$RANK; exit 130").run());
    assertEquals("x", file("s0"));
    assertEquals(141, launch(here(2, 3), "echo x >> r$RANK; [ $RANK = 1 ] || exit 141").run());
    assertEquals("x", file("r0"));
  }

  @Test
  void skippedImagesAreNoFailure() throws Exception {
    assertEquals(3, launch(here(2, 2), "exit $((RANK * 3))").run());
    assertEquals(List.of(), lines);
  }

  @Test
  void aRequestToStopReachesAllAndRestartsNothing() throws Exception {
    var launch =
        launch(
            here(2, 3),
            "trap 'echo saved > saved$RANK; exit 143' TERM; touch up$RANK; while :; do sleep 0.05;"
                + " done");
    var stopper =
        Thread.ofPlatform()
            .start(() -> {
              while (!Files.exists(folder.resolve("up0")) || !Files.exists(folder.resolve("up1"))) {
                Thread.onSpinWait();
              }
              launch.requestStop();
            });
    assertEquals(130, launch.run());
    stopper.join();
    assertEquals("saved", file("saved0"));
    assertEquals("saved", file("saved1"));
  }

  @Test
  void invalidPlansAreRefusedNamingTheOption() {
    assertRefused("--nproc", 0, 1, 0, null, null, 0);
    assertRefused("--node-rank", 1, 2, 2, "a", null, 0);
    assertRefused("--master-addr", 1, 2, 0, null, null, 0);
    assertRefused("--master-port", 1, 1, 0, null, 70000, 0);
    assertRefused("--max-restarts", 1, 1, 0, null, null, -1);
  }

  private static void assertRefused(
      String option, int nproc, int nodes, int node, String address, Integer port, int restarts) {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new LaunchPlan(nproc, nodes, node, address, port, restarts, null));
    assertTrue(e.getMessage().contains(option), e.getMessage());
  }
}
