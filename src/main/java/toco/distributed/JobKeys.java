package toco.distributed;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import toco.torch.TcpStore;

/// The keys of a job in its store, under a prefix of their own.
final class JobKeys {
  private static final long POLL_MS = 50;
  private static final long SHORTEST_GRACE_MS = 2000;
  private static final long LONGEST_GRACE_MS = 5000;

  private final TcpStore store;
  private final String prefix;
  private final int worldSize;
  private final long graceMs;
  private volatile boolean unreachable;

  JobKeys(Rendezvous rendezvous, TcpStore store) {
    this.store = store;
    worldSize = rendezvous.size();
    // a launcher's store outlives an attempt; where rank 0 serves it, each attempt has a new store,
    // and the launchers of several hosts may count attempts differently
    prefix =
        rendezvous.agentStore() ? "toco/attempt-%s/".formatted(rendezvous.restarts()) : "toco/";
    graceMs = Math.clamp(rendezvous.timeout().toMillis() / 2, SHORTEST_GRACE_MS, LONGEST_GRACE_MS);
  }

  TcpStore store() {
    return store;
  }

  String prefix() {
    return prefix;
  }

  /// The deadline until which ranks wait for each other after a failure, to find out which rank
  /// does not respond.
  long graceDeadline() {
    return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(graceMs);
  }

  boolean has(String key) {
    return store.has(prefix + key);
  }

  String get(String key) {
    return store.get(prefix + key);
  }

  void set(String key, String value) {
    store.set(prefix + key, value);
  }

  /// Counts a key up by one.
  ///
  /// @return the new count
  long increment(String key) {
    return store.add(prefix + key, 1);
  }

  /// The ranks whose key `…/RANK` is not set.
  List<Integer> ranksWithout(String key) {
    var ranks = new ArrayList<Integer>();
    IntStream.range(0, worldSize).filter(rank -> !has(key + rank)).forEach(ranks::add);
    return ranks;
  }

  /// Makes calls to the store that may hang: the process that serves it may be the one that does
  /// not respond. After one such call was given up, later ones are not tried.
  ///
  /// @param otherwise the result if the store does not respond
  String callOr(Supplier<String> calls, String otherwise) {
    if (unreachable) {
      return otherwise;
    }
    var result = new CompletableFuture<String>();
    Thread.ofPlatform()
        .daemon()
        .name("toco-diagnosis")
        .start(() -> {
          try {
            result.complete(calls.get());
          } catch (RuntimeException e) { // the store ended with rank 0
            result.completeExceptionally(e);
          }
        });
    try {
      return result.get(graceMs + StoreConnection.STORE_RESPONDS_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      unreachable = true;
      return otherwise;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return otherwise;
    }
  }

  static void pause() {
    try {
      Thread.sleep(POLL_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DistributedException("interrupted while waiting for other ranks");
    }
  }
}
