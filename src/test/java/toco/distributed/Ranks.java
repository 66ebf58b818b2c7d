package toco.distributed;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import toco.torch.TcpStore;
import toco.torch.TensorScope;

/// Runs the ranks of a job as threads of this process.
public final class Ranks {
  private static final long LONGEST_S = 60;

  private Ranks() {}

  /// Whether the shim was built with support for several ranks.
  public static boolean canJoin() {
    return TcpStore.missing().isEmpty();
  }

  /// The work of one rank.
  @FunctionalInterface
  public interface Work<T> {
    T of(World world);
  }

  /// The result of a rank, or what it threw.
  public record Outcome<T>(T result, Throwable failure) {
    public T value() {
      if (failure != null) {
        throw new AssertionError(failure);
      }
      return result;
    }

    public String message() {
      assertTrue(failure instanceof DistributedException, () -> "it ended with " + failure);
      return failure.getMessage();
    }
  }

  /// A port that is currently free.
  public static int freePort() {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  public static Rendezvous rendezvous(int rank, int size, int port, int timeoutSeconds) {
    return rendezvous(rank, size, port, timeoutSeconds, "127.0.0.1");
  }

  static Rendezvous rendezvous(int rank, int size, int port, int timeoutSeconds, String address) {
    return new Rendezvous(
        rank, size, rank, size, address, port, 0, false, Duration.ofSeconds(timeoutSeconds));
  }

  /// Runs these ranks until all have ended, which must be within a minute.
  public static <T> List<Outcome<T>> run(List<Rendezvous> ranks, Work<T> work) {
    var tasks = new ArrayList<FutureTask<T>>();
    for (var rendezvous : ranks) {
      var task =
          new FutureTask<>(() -> {
            try (var world = World.join(rendezvous);
                var _ = TensorScope.open()) {
              try {
                return work.of(world);
              } catch (RuntimeException | Error e) {
                world.reportFailure(e);
                throw e;
              }
            }
          });
      Thread.ofPlatform().daemon().name("rank-" + rendezvous.rank()).start(task);
      tasks.add(task);
    }
    return tasks.stream().map(Ranks::outcome).toList();
  }

  /// Runs all ranks of a job that is expected to succeed.
  static <T> List<T> run(int size, Work<T> work) {
    int port = freePort();
    var ranks = new ArrayList<Rendezvous>();
    for (int rank = 0; rank < size; rank++) {
      ranks.add(rendezvous(rank, size, port, 30));
    }
    return run(ranks, work).stream().map(Outcome::value).toList();
  }

  private static <T> Outcome<T> outcome(FutureTask<T> task) {
    try {
      return new Outcome<>(task.get(LONGEST_S, TimeUnit.SECONDS), null);
    } catch (ExecutionException e) {
      return new Outcome<>(null, e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("a rank did not end within %d s".formatted(LONGEST_S), e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
