package toco.distributed;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Where the processes of a job meet, and which of them this one is, by the environment variables
/// that `torchrun`, `toco launch` and other launchers of PyTorch set.
///
/// ```
/// RANK, WORLD_SIZE               this process, 0…WORLD_SIZE−1
/// MASTER_ADDR, MASTER_PORT       where rank 0 runs, and a free port there
/// LOCAL_RANK, LOCAL_WORLD_SIZE   the same among the processes of this host; absent: all are here
/// TORCHELASTIC_RESTART_COUNT     how often the job was started again after a failure
/// TORCHELASTIC_USE_AGENT_STORE   True where the launcher itself serves at MASTER_PORT
/// TOCO_TIMEOUT_SECONDS           how long to wait for other processes (600)
/// ```
///
/// @param address where the store is served
/// @param agentStore whether by the launcher; else by rank 0
/// @param timeout how long to wait for other processes
public record Rendezvous(
    int rank,
    int size,
    int localRank,
    int localSize,
    String address,
    int port,
    int restarts,
    boolean agentStore,
    Duration timeout) {
  private static final int DEFAULT_TIMEOUT_SECONDS = 600;

  /// @throws DistributedException naming the variable that makes no sense
  public Rendezvous {
    require(size >= 1, "WORLD_SIZE must be ≥ 1, got " + size);
    require(rank >= 0 && rank < size, "RANK must be in 0…%d, got %d".formatted(size - 1, rank));
    require(localSize >= 1, "LOCAL_WORLD_SIZE must be ≥ 1, got " + localSize);
    require(
        localRank >= 0 && localRank < localSize,
        "LOCAL_RANK must be in 0…%d, got %d".formatted(localSize - 1, localRank));
    require(port > 0 && port < 65536, "MASTER_PORT must be in 1…65535, got " + port);
    require(
        timeout.toSeconds() >= 1, "TOCO_TIMEOUT_SECONDS must be ≥ 1, got " + timeout.toSeconds());
  }

  private static void require(boolean holds, String rule) {
    if (!holds) {
      throw new DistributedException(rule);
    }
  }

  /// What an environment says; empty where it names no job.
  ///
  /// @throws DistributedException if it names one and leaves something out, or makes no sense
  public static Optional<Rendezvous> of(Map<String, String> environment) {
    if (!environment.containsKey("RANK") && !environment.containsKey("WORLD_SIZE")) {
      return Optional.empty();
    }
    int rank = number(environment, "RANK");
    int size = number(environment, "WORLD_SIZE");
    boolean alone = size == 1;
    int localSize =
        environment.containsKey("LOCAL_WORLD_SIZE")
            ? number(environment, "LOCAL_WORLD_SIZE")
            : size;
    return Optional.of(
        new Rendezvous(
            rank,
            size,
            environment.containsKey("LOCAL_RANK")
                ? number(environment, "LOCAL_RANK")
                : rank % Math.max(1, localSize),
            localSize,
            alone ? "localhost" : text(environment, "MASTER_ADDR"),
            alone ? 1 : number(environment, "MASTER_PORT"),
            environment.containsKey("TORCHELASTIC_RESTART_COUNT")
                ? number(environment, "TORCHELASTIC_RESTART_COUNT")
                : 0,
            "True".equalsIgnoreCase(environment.get("TORCHELASTIC_USE_AGENT_STORE")),
            Duration.ofSeconds(
                environment.containsKey("TOCO_TIMEOUT_SECONDS")
                    ? number(environment, "TOCO_TIMEOUT_SECONDS")
                    : DEFAULT_TIMEOUT_SECONDS)));
  }

  private static String text(Map<String, String> environment, String name) {
    var value = environment.get(name);
    if (value == null || value.isBlank()) {
      throw new DistributedException(
          ("the environment variable %s is missing; RANK, WORLD_SIZE, MASTER_ADDR and "
                  + "MASTER_PORT must be set together, as toco launch and torchrun do, or none of "
                  + "them")
              .formatted(name));
    }
    return value.strip();
  }

  private static int number(Map<String, String> environment, String name) {
    var value = text(environment, name);
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new DistributedException(
          "the environment variable %s must be a whole number, got '%s'".formatted(name, value));
    }
  }
}
