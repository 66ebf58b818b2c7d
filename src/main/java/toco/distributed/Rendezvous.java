package toco.distributed;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The rank of this process, the world size, and where to join the other ranks, as given by the
/// environment variables that `torchrun`, `toco launch` and other launchers for PyTorch set.
///
/// ```
/// RANK, WORLD_SIZE               rank of this process, 0…WORLD_SIZE−1, and number of processes
/// MASTER_ADDR, MASTER_PORT       host of rank 0, and a free port there
/// LOCAL_RANK, LOCAL_WORLD_SIZE   the same among the processes of this host; default: one host
/// TORCHELASTIC_RESTART_COUNT     how many times the job was restarted after a failure
/// TORCHELASTIC_USE_AGENT_STORE   True if the launcher serves the store at MASTER_PORT
/// TOCO_TIMEOUT_SECONDS           how long to wait for other ranks (600)
/// ```
///
/// @param address host that serves the store
/// @param agentStore whether the launcher serves the store; otherwise rank 0 does
/// @param timeout how long to wait for other ranks
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

  /// @throws DistributedException naming the variable whose value is invalid
  public Rendezvous {
    require(size >= 1, "WORLD_SIZE must be ≥ 1, got " + size);
    require(rank >= 0 && rank < size, "RANK must be in 0…%s, got %s".formatted(size - 1, rank));
    require(
        localSize >= 1 && localSize <= size,
        "LOCAL_WORLD_SIZE must be in 1…WORLD_SIZE=%s, got %s".formatted(size, localSize));
    require(
        localRank >= 0 && localRank < localSize,
        "LOCAL_RANK must be in 0…%s, got %s".formatted(localSize - 1, localRank));
    require(port > 0 && port < 65536, "MASTER_PORT must be in 1…65535, got " + port);
    require(
        timeout.toSeconds() >= 1, "TOCO_TIMEOUT_SECONDS must be ≥ 1, got " + timeout.toSeconds());
  }

  private static void require(boolean holds, String rule) {
    if (!holds) {
      throw new DistributedException(rule);
    }
  }

  /// Reads the environment variables; empty if neither RANK nor WORLD_SIZE has a value.
  ///
  /// @throws DistributedException if a variable is missing or its value is invalid
  public static Optional<Rendezvous> of(Map<String, String> variables) {
    var environment = new HashMap<>(variables);
    environment.values().removeIf(String::isBlank); // as if they were not set
    if (!environment.containsKey("RANK") && !environment.containsKey("WORLD_SIZE")) {
      return Optional.empty();
    }
    int rank = number(environment, "RANK");
    int size = number(environment, "WORLD_SIZE");
    boolean single = size == 1;
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
            single ? "localhost" : masterAddress(environment),
            single ? 1 : number(environment, "MASTER_PORT"),
            environment.containsKey("TORCHELASTIC_RESTART_COUNT")
                ? number(environment, "TORCHELASTIC_RESTART_COUNT")
                : 0,
            "True".equalsIgnoreCase(environment.get("TORCHELASTIC_USE_AGENT_STORE")),
            Duration.ofSeconds(
                environment.containsKey("TOCO_TIMEOUT_SECONDS")
                    ? number(environment, "TOCO_TIMEOUT_SECONDS")
                    : DEFAULT_TIMEOUT_SECONDS)));
  }

  private static String masterAddress(Map<String, String> environment) {
    try {
      return MasterAddress.parse("MASTER_ADDR", text(environment, "MASTER_ADDR"));
    } catch (IllegalArgumentException e) {
      throw new DistributedException(String.valueOf(e.getMessage()), e);
    }
  }

  /// Whether this process serves the store.
  boolean servesStore() {
    return rank == 0 && !agentStore;
  }

  private static String text(Map<String, String> environment, String name) {
    var value = environment.get(name);
    if (value == null) {
      var slurm =
          environment.containsKey("SLURM_PROCID") ? "; for Slurm see docs/DISTRIBUTED.md" : "";
      throw new DistributedException(
          ("the environment variable %s is missing; set RANK, WORLD_SIZE, MASTER_ADDR and "
                  + "MASTER_PORT together, as toco launch and torchrun do, or none of them%s")
              .formatted(name, slurm));
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
