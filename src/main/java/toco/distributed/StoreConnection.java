package toco.distributed;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import toco.torch.TcpStore;
import toco.torch.TorchException;

/// Serves or connects to the c10d store of a job, within the timeout whatever is at the other end.
final class StoreConnection {
  /// How long beyond the timeout to wait: a live store responds within this time.
  static final long STORE_RESPONDS_MS = 3000;

  private StoreConnection() {}

  /// Runs on a separate thread: if something other than a store listens at the port, LibTorch may
  /// wait for it forever.
  ///
  /// @throws DistributedException if the port is in use, or no store responds there
  static TcpStore open(Rendezvous at) {
    var opened = new CompletableFuture<TcpStore>();
    Thread.ofPlatform()
        .daemon()
        .name("toco-store")
        .start(() -> {
          try {
            opened.complete(TcpStore.open(host(at), at.port(), at.servesStore(), at.timeout()));
          } catch (TorchException e) {
            opened.completeExceptionally(e);
          }
        });
    try {
      return opened.get(at.timeout().toMillis() + STORE_RESPONDS_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      var reason = e.getCause() instanceof TorchException torch ? reason(torch) : e.toString();
      throw new DistributedException(message(at, reason), e);
    } catch (TimeoutException e) {
      throw new DistributedException(message(at, "no answer, or another program listens there"), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DistributedException("interrupted while waiting for rank 0");
    }
  }

  /// The process that serves the store need not reach itself by the name that the others use.
  private static String host(Rendezvous at) {
    return at.servesStore() ? "127.0.0.1" : at.address();
  }

  private static String message(Rendezvous at, String reason) {
    if (!at.servesStore()) {
      return ("rank 0 did not respond at %s:%s within %s s (%s); check that it is running, and that"
              + " MASTER_ADDR and MASTER_PORT are its host and port%s")
          .formatted(
              at.address(), at.port(), at.timeout().toSeconds(), reason, HostAddress.doubt(at));
    }
    return reason.contains("EADDRINUSE") || reason.contains("address already in use")
        ? "port %s is in use on this host; choose another MASTER_PORT (toco launch --master-port)"
            .formatted(at.port())
        : "cannot serve at MASTER_PORT %s: %s".formatted(at.port(), reason);
  }

  /// The first line of LibTorch's message, without the source location before it and the general
  /// advice after it.
  static String reason(TorchException e) {
    return String.valueOf(e.getMessage())
        .lines()
        .findFirst()
        .orElse("")
        .replaceFirst("^\\[[^\\]]*\\] ?", "")
        .replaceFirst("\\. This is typically .*", "");
  }
}
