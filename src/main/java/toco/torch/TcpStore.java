package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import toco.torch.ffi.TocoTorch;

/// A key-value store shared by processes, c10d's TCPStore: one process serves it, the others
/// connect.
///
/// Any thread may call, one at a time. A call blocks while the serving process does not answer.
public final class TcpStore extends NativeHandle {
  private TcpStore(MemorySegment handle) {
    super(handle, TocoTorch::tt_store_free);
  }

  /// Why this build of the shim does not support several processes, with the remedy; empty if it
  /// does.
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
  /// @param host of the serving process
  /// @param server whether this process serves it
  /// @param timeout for the connection, and for each [#get]
  /// @throws TorchException of kind DISTRIBUTED if the port is in use, or no process serves there
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

  /// The value of a key; waits until it is set.
  ///
  /// @throws TorchException of kind DISTRIBUTED if it is not set within the timeout
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
  /// @return the new value
  public long add(String key, long amount) {
    try (var arena = Arena.ofConfined()) {
      var scratch = CallScratch.get();
      CallScratch.check(
          TocoTorch.tt_store_add(handle(), arena.allocateFrom(key), amount, scratch.out));
      return scratch.outLong();
    }
  }
}
