package toco.distributed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import toco.torch.Tensor;

/// The ranks of a job, run as threads: collective calls, and the error of each rank when one fails.
@EnabledIf(value = "toco.distributed.Ranks#canJoin", disabledReason = "built without libgloo-dev")
class WorldTest {
  private static final Map<String, String> TWO =
      Map.of("RANK", "1", "WORLD_SIZE", "2", "MASTER_ADDR", "localhost", "MASTER_PORT", "29500");

  @Test
  void aSingleProcessGetsBackItsInput() {
    try (var world = World.of(Map.of())) {
      assertEquals(1, world.size());
      assertTrue(world.isRank0());
      assertEquals(List.of("mine"), world.allGather("mine", "a test"));
      assertEquals("text", world.broadcastString("key", () -> "text"));
      world.barrier("a test");
    }
  }

  @Test
  void collectivesReachEveryRank() {
    var results =
        Ranks.run(
            3,
            world -> {
              var counts = Tensor.of(new float[] {world.rank(), 1}, 2);
              world.allReduce_(counts, "a test");
              var weights = Tensor.of(new float[] {world.rank() + 5}, 1);
              world.broadcast_(List.of(weights), "a test");
              world.requireEqualAcrossRanks(Map.of("weights", weights), "a test");
              // texts of different lengths, one empty and one beyond ASCII
              var texts = world.allGather("é".repeat(world.rank()), "a test");
              return "%s %s %s %s"
                  .formatted(
                      counts.toFloatArray()[0],
                      weights.toFloatArray()[0],
                      texts,
                      world.broadcastString("name", () -> "from " + world.rank()));
            });
    for (var text : results) {
      assertEquals("3.0 5.0 [, é, éé] from 0", text);
    }
  }

  @Test
  void weightsThatDivergeAreNamed() {
    int port = Ranks.freePort();
    var outcomes =
        Ranks.run(
            List.of(Ranks.rendezvous(0, 2, port, 20), Ranks.rendezvous(1, 2, port, 20)),
            world -> {
              var same = Tensor.of(new float[] {1, 2}, 2);
              var other = Tensor.of(new float[] {1, world.rank() == 0 ? 2 : 2.0000002f}, 2);
              world.requireEqualAcrossRanks(new TreeMap<>(Map.of("a", same, "b", other)), "a test");
              return "";
            });
    for (var outcome : outcomes) {
      assertTrue(outcome.message().contains("b differs"), outcome.message());
    }
  }

  @Test
  void whenOneRankFailsAllOthersReportItsReason() {
    int port = Ranks.freePort();
    long started = System.nanoTime();
    var outcomes =
        Ranks.run(
            List.of(
                Ranks.rendezvous(0, 3, port, 50),
                Ranks.rendezvous(1, 3, port, 50),
                Ranks.rendezvous(2, 3, port, 50)),
            world -> {
              if (world.rank() == 1) {
                throw new IllegalStateException("out of paper");
              }
              world.allReduce_(Tensor.of(new float[] {1}, 1), "counting");
              return "";
            });
    assertEquals("out of paper", outcomes.get(1).failure().getMessage());
    for (int rank : List.of(0, 2)) {
      assertEquals("rank 1 failed: out of paper", outcomes.get(rank).message());
    }
    assertTrue(System.nanoTime() - started < 40e9, "the others waited for the timeout");
  }

  @Test
  void aRankThatDoesNotRespondIsNamedByTheOthers() {
    int port = Ranks.freePort();
    var outcomes =
        Ranks.run(
            List.of(
                Ranks.rendezvous(0, 3, port, 2),
                Ranks.rendezvous(1, 3, port, 2),
                Ranks.rendezvous(2, 3, port, 2)),
            world -> {
              if (world.rank() == 2) {
                sleep(8_000); // longer than timeout and grace
                return "slept";
              }
              world.allReduce_(Tensor.of(new float[] {1}, 1), "counting");
              return "";
            });
    for (int rank : List.of(0, 1)) {
      var message = outcomes.get(rank).message();
      assertTrue(message.startsWith("rank 2 exited or did not respond in time"), message);
      assertTrue(message.contains("counting") && message.contains("process "), message);
    }
  }

  private static void sleep(long ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aRankThatDoesNotJoinIsNamedByTheOthers() {
    int port = Ranks.freePort();
    var outcomes =
        Ranks.run(
            List.of(Ranks.rendezvous(0, 3, port, 2), Ranks.rendezvous(2, 3, port, 2)), _ -> "");
    for (var outcome : outcomes) {
      assertTrue(outcome.message().contains("rank 1 of 3 did not join"), outcome.message());
      assertTrue(outcome.message().contains("WORLD_SIZE"), outcome.message());
    }
  }

  @Test
  void ranksThatDisagreeOnTheWorldSizeAreRefused() {
    int port = Ranks.freePort();
    var outcomes =
        Ranks.run(
            List.of(Ranks.rendezvous(0, 2, port, 5), Ranks.rendezvous(1, 3, port, 5)), _ -> "");
    for (var outcome : outcomes) {
      assertTrue(outcome.message().contains("disagree"), outcome.message());
      assertTrue(outcome.message().contains("WORLD_SIZE 3"), outcome.message());
    }
  }

  @Test
  void twoProcessesWithTheSameRankAreRefused() {
    int port = Ranks.freePort();
    var outcomes =
        Ranks.run(
            List.of(
                Ranks.rendezvous(0, 3, port, 5),
                Ranks.rendezvous(1, 3, port, 5),
                Ranks.rendezvous(1, 3, port, 5)),
            _ -> "");
    for (var outcome : outcomes) {
      assertTrue(outcome.message().contains("two processes joined as rank 1"), outcome.message());
    }
  }

  @Test
  void aPortInUseIsNamed() throws IOException {
    try (var taken = new ServerSocket(0)) {
      int port = taken.getLocalPort();
      var outcomes =
          Ranks.run(
              List.of(Ranks.rendezvous(0, 2, port, 3), Ranks.rendezvous(1, 2, port, 3)), _ -> "");
      assertTrue(
          outcomes.get(0).message().contains("port %d is in use".formatted(port)),
          outcomes.get(0).message());
      assertTrue(
          outcomes.get(1).message().contains("rank 0 did not respond at 127.0.0.1:" + port),
          outcomes.get(1).message());
    }
  }

  @Test
  void invalidEnvironmentVariablesAreNamed() {
    assertRefused("MASTER_ADDR", Map.of("RANK", "0", "WORLD_SIZE", "2"));
    assertRefused("RANK", Map.of("WORLD_SIZE", "2"));
    assertRefused("WORLD_SIZE", Map.of("RANK", "0"));
    var outside = new HashMap<>(TWO);
    outside.put("RANK", "2");
    assertRefused("RANK must be in 0…1", outside);
    var noPort = new HashMap<>(TWO);
    noPort.put("MASTER_PORT", "http");
    assertRefused("MASTER_PORT", noPort);
    var manyHere = new HashMap<>(TWO);
    manyHere.put("LOCAL_WORLD_SIZE", "8");
    assertRefused("LOCAL_WORLD_SIZE must be in 1…WORLD_SIZE=2, got 8", manyHere);
    var list = new HashMap<>(TWO);
    list.put("MASTER_ADDR", "node[01-03,7]");
    assertRefused("MASTER_ADDR must be one host", list);
    var slurm = new HashMap<>(TWO);
    slurm.put("RANK", " ");
    slurm.put("SLURM_PROCID", "1");
    assertRefused("RANK is missing; set RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT", slurm);
    assertRefused("docs/DISTRIBUTED.md", slurm);
    assertEquals(1, Rendezvous.of(Map.of("RANK", "0", "WORLD_SIZE", "1")).orElseThrow().size());
  }

  @Test
  void emptyVariablesAreNotSet() {
    assertTrue(Rendezvous.of(Map.of("RANK", "", "WORLD_SIZE", "")).isEmpty());
    var environment = new HashMap<>(TWO);
    environment.putAll(Map.of("LOCAL_RANK", "", "TOCO_TIMEOUT_SECONDS", " "));
    assertEquals(600, Rendezvous.of(environment).orElseThrow().timeout().toSeconds());
    environment.put("MASTER_ADDR", "[::1]");
    assertEquals("::1", Rendezvous.of(environment).orElseThrow().address());
  }

  /// IPv6, and a name that rank 0 itself does not know.
  @Test
  void ranksMeetByEachKindOfAddress() {
    for (var address : List.of("::1", "localhost", "127.0.1.1")) {
      int port = Ranks.freePort();
      var first = Ranks.rendezvous(0, 2, port, 20, "no-such-host.invalid");
      var outcomes =
          Ranks.run(
              List.of(first, Ranks.rendezvous(1, 2, port, 20, address)),
              world -> world.allGather("rank " + world.rank(), "a test"));
      outcomes.forEach(outcome -> assertEquals(List.of("rank 0", "rank 1"), outcome.value()));
    }
  }

  private static void assertRefused(String named, Map<String, String> environment) {
    var e = assertThrows(DistributedException.class, () -> Rendezvous.of(environment));
    assertTrue(e.getMessage().contains(named), e.getMessage());
  }

  @Test
  void localRanksAndRestartsAreReadFromTheEnvironment() {
    var environment = new HashMap<>(TWO);
    environment.putAll(Map.of("RANK", "3", "WORLD_SIZE", "4", "LOCAL_WORLD_SIZE", "2"));
    environment.put("TORCHELASTIC_RESTART_COUNT", "1");
    environment.put("TORCHELASTIC_USE_AGENT_STORE", "True");
    var second = Rendezvous.of(environment).orElseThrow();
    assertEquals(1, second.localRank());
    assertEquals(1, second.restarts());
    assertTrue(second.agentStore());
  }
}
