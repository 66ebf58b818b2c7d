package toco.distributed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which processes of a job run on this host, and how they find each other.
///
/// @param processes number of processes per host
/// @param nodes number of hosts
/// @param nodeRank index of this host, 0…nodes−1
/// @param masterAddress address of host 0; null with a single host
/// @param masterPort port on host 0; null for a free port with a single host, 29500 with several
/// @param maxRestarts how many times the job may be restarted after a failure
/// @param timeoutSeconds how long ranks wait for each other; null for the environment's setting
public record LaunchPlan(
    int processes,
    int nodes,
    int nodeRank,
    @Nullable String masterAddress,
    @Nullable Integer masterPort,
    int maxRestarts,
    @Nullable Integer timeoutSeconds) {
  private static final int DEFAULT_PORT = 29500;

  /// @throws IllegalArgumentException naming the option whose value is invalid
  public LaunchPlan {
    require(processes >= 1, "--nproc must be ≥ 1, got " + processes);
    require(nodes >= 1, "--nnodes must be ≥ 1, got " + nodes);
    require(
        nodeRank >= 0 && nodeRank < nodes,
        "--node-rank must be in 0…%s, got %s".formatted(nodes - 1, nodeRank));
    masterAddress =
        masterAddress == null || masterAddress.isBlank()
            ? null
            : MasterAddress.parse("--master-addr", masterAddress.strip());
    require(
        nodes == 1 || masterAddress != null,
        "--master-addr is required with several hosts: the name or address of host 0");
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

  /// The rank of one of this host's processes.
  int rank(int localRank) {
    return nodeRank * processes + localRank;
  }

  /// The port of the job's store for one attempt; on a single host without a given port, another
  /// free one for each attempt.
  int port() {
    if (masterPort != null) {
      return masterPort;
    }
    if (nodes > 1) {
      return DEFAULT_PORT;
    }
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("no port is free on this host", e);
    }
  }

  /// The environment variables of one of this host's processes, with torchrun's names.
  ///
  /// @param attempt how many times the job was started before
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
    environment.put("TORCHELASTIC_USE_AGENT_STORE", "False"); // of a torchrun around this launcher
    environment.put(Launch.LAUNCHED, "1");
    if (timeoutSeconds != null) {
      environment.put("TOCO_TIMEOUT_SECONDS", String.valueOf(timeoutSeconds));
    }
    return environment;
  }
}
