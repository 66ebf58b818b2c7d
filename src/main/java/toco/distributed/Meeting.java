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
import toco.torch.TorchException;

/// The store that the processes of a job share: who has come, what the first one says, who failed
/// and why. It is how a process learns the cause when another one goes away.
final class Meeting implements AutoCloseable {
  private static final long POLL_MS = 50;
  private static final long STORE_ANSWERS_MS = 3000;

  private static final long SHORTEST_GRACE_MS = 2000;
  private static final long LONGEST_GRACE_MS = 5_000;

  private final Rendezvous rendezvous;
  private final TcpStore store;
  private final String prefix;

  /// How long those who notice a failure wait for one another, to find out who is silent.
  private final long graceMs;

  private volatile List<Integer> gone = List.of(); // ranks that were found silent
  private volatile boolean lost; // whether the store was

  private Meeting(Rendezvous rendezvous, TcpStore store) {
    this.rendezvous = rendezvous;
    this.store = store;
    // a launcher's store outlives the attempt; the hosts of rank 0's may count attempts apart
    prefix =
        rendezvous.agentStore() ? "toco/attempt-%d/".formatted(rendezvous.restarts()) : "toco/";
    graceMs = Math.clamp(rendezvous.timeout().toMillis() / 2, SHORTEST_GRACE_MS, LONGEST_GRACE_MS);
  }

  /// Comes to the store and waits for all others.
  ///
  /// @throws DistributedException naming those who did not come in time, or what does not fit
  static Meeting come(Rendezvous rendezvous) {
    boolean serves = rendezvous.rank() == 0 && !rendezvous.agentStore();
    var meeting = new Meeting(rendezvous, open(rendezvous, serves));
    try {
      meeting.awaitAll();
      return meeting;
    } catch (RuntimeException e) {
      meeting.close();
      throw e;
    }
  }

  /// On a thread of its own: whoever listens at the port, if it is no store, may never answer.
  private static TcpStore open(Rendezvous at, boolean serves) {
    var opened = new CompletableFuture<TcpStore>();
    Thread.ofPlatform()
        .daemon()
        .name("toco-store")
        .start(() -> {
          try {
            opened.complete(TcpStore.open(at.address(), at.port(), serves, at.timeout()));
          } catch (TorchException e) {
            opened.completeExceptionally(e);
          }
        });
    try {
      return opened.get(at.timeout().toMillis() + STORE_ANSWERS_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      var message = e.getCause() instanceof TorchException torch ? firstLine(torch) : e.toString();
      throw new DistributedException(unopened(at, serves, message), e);
    } catch (TimeoutException e) {
      throw new DistributedException(unopened(at, serves, "something else listens there"), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DistributedException("interrupted while waiting for rank 0");
    }
  }

  private static String unopened(Rendezvous at, boolean serves, String message) {
    if (!serves) {
      return ("no rank 0 answered at %s:%d within %d s; is it running, and are MASTER_ADDR "
              + "and MASTER_PORT its own? (%s)")
          .formatted(at.address(), at.port(), at.timeout().toSeconds(), message);
    }
    return message.contains("EADDRINUSE") || message.contains("address already in use")
        ? "port %d is taken on this host; choose another MASTER_PORT (toco launch --master-port)"
            .formatted(at.port())
        : "cannot serve at MASTER_PORT %d: %s".formatted(at.port(), message);
  }

  private void awaitAll() {
    if (store.add(prefix + "claims/" + rendezvous.rank(), 1) > 1) {
      throw failed(
          "two processes came as rank %d; each needs a RANK of its own"
              .formatted(rendezvous.rank()));
    }
    store.set(
        prefix + "here/" + rendezvous.rank(),
        "WORLD_SIZE %d on %s, process %d"
            .formatted(rendezvous.size(), OwnAddress.hostName(), ProcessHandle.current().pid()));
    long deadline = System.nanoTime() + rendezvous.timeout().toNanos();
    for (int rank = 0; rank < rendezvous.size(); rank++) {
      await("here/" + rank, deadline);
      var here = store.get(prefix + "here/" + rank);
      if (!here.startsWith("WORLD_SIZE %d ".formatted(rendezvous.size()))) {
        throw failed(
            "the processes disagree about how many they are: rank %d has WORLD_SIZE %d, rank %d %s"
                .formatted(rendezvous.rank(), rendezvous.size(), rank, here));
      }
    }
  }

  /// Waits for a key that all processes are to set on arrival.
  private void await(String key, long deadline) {
    while (!store.has(prefix + key)) {
      throwFailure();
      if (System.nanoTime() > deadline) {
        var missing = ranksWithout("here/");
        gone = missing; // nobody to wait for on leaving
        throw failed(
            ("%s of %d did not come to %s:%d within %d s; are as many processes started as "
                    + "WORLD_SIZE says, and did one end before?")
                .formatted(
                    ranks(missing),
                    rendezvous.size(),
                    rendezvous.address(),
                    rendezvous.port(),
                    rendezvous.timeout().toSeconds()));
      }
      pause();
    }
  }

  /// Sets a key for all to see.
  void put(String key, String value) {
    store.set(prefix + key, value);
  }

  /// Waits for a key that another process sets.
  ///
  /// @throws DistributedException with the cause, if one failed instead
  String take(String key) {
    long deadline = System.nanoTime() + rendezvous.timeout().toNanos();
    try {
      while (!store.has(prefix + key)) {
        throwFailure();
        if (System.nanoTime() > deadline) {
          throw diagnosis("waiting for " + key, "nothing came");
        }
        pause();
      }
      return store.get(prefix + key);
    } catch (TorchException e) {
      throw diagnosis("waiting for " + key, firstLine(e));
    }
  }

  /// The store itself, for groups.
  TcpStore store() {
    return store;
  }

  String prefix() {
    return prefix;
  }

  /// Makes this process's failure known as the cause, unless another was first.
  ///
  /// @return an exception to throw, with the cause that is known
  private DistributedException failed(String message) {
    return new DistributedException(
        answer(() -> publish(message), "the store did not answer; " + message));
  }

  private String publish(String message) {
    if (store.add(prefix + "failures", 1) == 1) {
      store.set(prefix + "failure", message);
      return message;
    }
    return store.get(prefix + "failure");
  }

  /// Tells the others why this process leaves.
  void abandon(String reason) {
    failed("rank %d failed: %s".formatted(rendezvous.rank(), reason));
  }

  private void throwFailure() {
    if (store.has(prefix + "failure")) {
      throw new DistributedException(store.get(prefix + "failure"));
    }
  }

  /// Finds out why a call to the other processes failed: one of them may have said so; if not, it
  /// is those who do not even notice.
  ///
  /// @param what this process was doing
  /// @param message LibTorch's
  DistributedException diagnosis(String what, String message) {
    var noStore =
        rendezvous.agentStore()
            ? "the launcher's store does not answer any more"
            : "rank 0, which serves the store, is gone or does not answer";
    return new DistributedException(
        answer(() -> cause(what, message), "%s (%s: %s)".formatted(noStore, what, message)));
  }

  private String cause(String what, String message) {
    store.set(prefix + "noticed/" + rendezvous.rank(), what);
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(graceMs);
    var silent = ranksWithout("noticed/");
    while (System.nanoTime() < deadline && !silent.isEmpty()) {
      if (store.has(prefix + "failure")) {
        return store.get(prefix + "failure");
      }
      pause();
      silent = ranksWithout("noticed/");
    }
    if (silent.isEmpty()) {
      return publish(
          "the processes lost touch with one another (%s: %s); look at the network between them"
              .formatted(what, message));
    }
    gone = List.copyOf(silent);
    var first = silent.getFirst();
    return publish(
        "%s gone or did not answer in time (%s: %s); rank %d: %s"
            .formatted(
                ranks(silent) + (silent.size() == 1 ? " is" : " are"),
                what,
                message,
                first,
                store.get(prefix + "here/" + first)));
  }

  /// What the store says, unless it does not answer: whoever serves it may be the one that hangs.
  private String answer(Supplier<String> question, String otherwise) {
    if (lost) {
      return otherwise;
    }
    var answer = new CompletableFuture<String>();
    Thread.ofPlatform()
        .daemon()
        .name("toco-diagnosis")
        .start(() -> {
          try {
            answer.complete(question.get());
          } catch (RuntimeException e) { // gone with rank 0
            answer.completeExceptionally(e);
          }
        });
    try {
      return answer.get(graceMs + STORE_ANSWERS_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      lost = true;
      return otherwise;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return otherwise;
    }
  }

  private List<Integer> ranksWithout(String key) {
    var ranks = new ArrayList<Integer>();
    IntStream.range(0, rendezvous.size())
        .filter(rank -> !store.has(prefix + key + rank))
        .forEach(ranks::add);
    return ranks;
  }

  private static String ranks(List<Integer> ranks) {
    var names = String.join(", ", ranks.stream().map(String::valueOf).toList());
    return (ranks.size() == 1 ? "rank " : "ranks ") + names;
  }

  /// The address by which the others reach this process.
  String ownAddress() {
    return OwnAddress.towards(rendezvous.address(), rendezvous.port());
  }

  /// Whether somebody may still ask the store.
  private boolean othersListen() {
    var here = ranksWithout("ended/");
    here.removeAll(gone);
    return !here.isEmpty();
  }

  /// What LibTorch says, without its source's line in front and its advice behind.
  static String firstLine(TorchException e) {
    return String.valueOf(e.getMessage())
        .lines()
        .findFirst()
        .orElse("")
        .replaceFirst("^\\[[^\\]]*\\] ?", "")
        .replaceFirst("\\. This is typically .*", "");
  }

  private static void pause() {
    try {
      Thread.sleep(POLL_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DistributedException("interrupted while waiting for other processes");
    }
  }

  /// Leaves. The process that serves the store stays until the others have left, or for a while.
  @Override
  public void close() {
    answer(
        () -> {
          store.set(prefix + "ended/" + rendezvous.rank(), "");
          long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(graceMs);
          boolean serves = rendezvous.rank() == 0 && !rendezvous.agentStore();
          while (serves && othersListen() && System.nanoTime() < deadline) {
            pause();
          }
          store.close();
          return "";
        },
        "");
  }
}
