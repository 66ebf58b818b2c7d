package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import toco.torch.ffi.TocoTorch;

/// Keys and values that processes share, c10d's TCPStore: one process serves it, the others
/// connect.
///
/// Any thread may call, one at a time. A call waits as long as the serving process does not answer.
public final class TcpStore extends NativeHandle {
  private TcpStore(MemorySegment handle) {
    super(handle, TocoTorch::tt_store_free);
  }

  /// Why this build of the shim cannot work with other processes, and the remedy; empty if it can.
  public static Optional<String> missing() {
    var scratch = CallScratch.get();
    CallScratch.check(TocoTorch.tt_distributed_missing(scratch.out));
    var text = scratch.out.get(ADDRESS, 0);
    return text.address() == 0
        ? Optional.empty()
        : Optional.of(text.reinterpret(Long.MAX_VALUE).getString(0));
  }

  /// Serves a store, or connects to one.
  ///
  /// @param host where it is served
  /// @param server whether by this process
  /// @param timeout how long to wait for it to be there, and later for a key
  /// @throws TorchException of kind DISTRIBUTED if the port is taken, or nobody serves there
  public static TcpStore open(String host, int port, boolean server, Duration timeout) {
    try (var arena = Arena.ofConfined()) {
      var out = CallScratch.out();
      CallScratch.check(
          TocoTorch.tt_store_new(
              arena.allocateFrom(host), port, server ? 1 : 0, timeout.toMillis(), out));
      return new TcpStore(out.get(ADDRESS, 0));
    }
  }

  /// Sets a key.
  public void set(String key, String value) {
    try (var arena = Arena.ofConfined()) {
      CallScratch.check(
          TocoTorch.tt_store_set(handle(), arena.allocateFrom(key), arena.allocateFrom(value)));
    }
  }

  /// A key's value; waits for it to be set.
  ///
  /// @throws TorchException of kind DISTRIBUTED if it is not within the timeout
  public String get(String key) {
    try (var stack = new CallStack();
        var arena = Arena.ofConfined()) {
      CallScratch.check(TocoTorch.tt_store_get(handle(), arena.allocateFrom(key), stack.handle));
      return (String) Objects.requireNonNull(stack.result(0));
    }
  }

  /// Whether a key is set.
  public boolean has(String key) {
    try (var arena = Arena.ofConfined()) {
      var scratch = CallScratch.get();
      CallScratch.check(TocoTorch.tt_store_has(handle(), arena.allocateFrom(key), scratch.out));
      return scratch.outInt() != 0;
    }
  }

  /// Adds to a counter, which starts at 0.
  ///
  /// @return the sum so far
  public long add(String key, long amount) {
    try (var arena = Arena.ofConfined()) {
      var scratch = CallScratch.get();
      CallScratch.check(
          TocoTorch.tt_store_add(handle(), arena.allocateFrom(key), amount, scratch.out));
      return scratch.outLong();
    }
  }
}
