package toco.distributed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which processes of a job run on this host, and how they find one another.
///
/// @param processes on this host, as on every other
/// @param nodes hosts
/// @param nodeRank this host, 0…nodes−1
/// @param masterAddress of host 0; null, on a single host, for its own
/// @param masterPort a port of host 0; null for a free one on a single host, for 29500 on several
/// @param maxRestarts how often the job may be started again after a failure
/// @param timeoutSeconds that a process waits for the others; null for what the environment says
public record LaunchPlan(
    int processes,
    int nodes,
    int nodeRank,
    @Nullable String masterAddress,
    @Nullable Integer masterPort,
    int maxRestarts,
    @Nullable Integer timeoutSeconds) {
  private static final int USUAL_PORT = 29500;

  /// @throws IllegalArgumentException naming the option that makes no sense
  public LaunchPlan {
    require(processes >= 1, "--nproc must be ≥ 1, got " + processes);
    require(nodes >= 1, "--nnodes must be ≥ 1, got " + nodes);
    require(
        nodeRank >= 0 && nodeRank < nodes,
        "--node-rank must be in 0…%d, got %d".formatted(nodes - 1, nodeRank));
    require(
        nodes == 1 || masterAddress != null,
        "--master-addr is needed with several hosts: the name or address of host 0");
    require(
        masterPort == null || (masterPort > 0 && masterPort < 65536),
        "--master-port must be in 1…65535, got " + masterPort);
    require(maxRestarts >= 0, "--max-restarts must be ≥ 0, got " + maxRestarts);
    require(
        timeoutSeconds == null || timeoutSeconds >= 1,
        "--timeout must be ≥ 1, got " + timeoutSeconds);
  }

  private static void require(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }

  /// The number among all processes of one of this host's.
  int rank(int localRank) {
    return nodeRank * processes + localRank;
  }

  /// The port where an attempt meets: a fresh one where nobody else has to know it.
  int port() {
    if (masterPort != null) {
      return masterPort;
    }
    if (nodes > 1) {
      return USUAL_PORT;
    }
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("no port is free on this host", e);
    }
  }

  /// What one of this host's processes finds in its environment, by torchrun's names.
  ///
  /// @param attempt times that the job was started before
  Map<String, String> environment(int localRank, int attempt, int port) {
    var environment = new LinkedHashMap<String, String>();
    environment.put("RANK", String.valueOf(rank(localRank)));
    environment.put("WORLD_SIZE", String.valueOf(nodes * processes));
    environment.put("LOCAL_RANK", String.valueOf(localRank));
    environment.put("LOCAL_WORLD_SIZE", String.valueOf(processes));
    environment.put("MASTER_ADDR", masterAddress == null ? "127.0.0.1" : masterAddress);
    environment.put("MASTER_PORT", String.valueOf(port));
    environment.put("TORCHELASTIC_RESTART_COUNT", String.valueOf(attempt));
    environment.put("TORCHELASTIC_MAX_RESTARTS", String.valueOf(maxRestarts));
    environment.put(Launch.LAUNCHED, "1");
    if (timeoutSeconds != null) {
      environment.put("TOCO_TIMEOUT_SECONDS", String.valueOf(timeoutSeconds));
    }
    return environment;
  }
}
