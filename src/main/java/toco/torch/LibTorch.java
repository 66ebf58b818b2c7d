package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import toco.library.LibraryException;
import toco.library.NativeOrigin;
import toco.library.ShimLoader;
import toco.torch.ffi.TocoTorch;

/// Process-wide state of LibTorch: loading, threads, devices, and the count of live tensors.
///
/// The shim is a small native library between Java and LibTorch. Both are loaded on first use;
/// [NativeSearch][toco.library.NativeSearch] says where they are looked for.
public final class LibTorch {
  private static final int DRAIN = 64; // tokens read per native call

  /// Keeps wrapped memory reachable until LibTorch releases it; `owned` is closed then.
  private record Wrapped(MemorySegment memory, @Nullable Arena owned) {}

  private static final Map<Long, Wrapped> WRAPPED = new ConcurrentHashMap<>();
  private static final AtomicLong NEXT_TOKEN = new AtomicLong(1);
  private static final AtomicLong READ_BACKS = new AtomicLong();

  private LibTorch() {}

  /// Loads the shim and LibTorch, if they are not loaded yet.
  ///
  /// @throws TorchException of kind IO, with the remedy, if they cannot be found, built or loaded,
  ///   or if another LibTorch is already loaded in the process
  public static void load() {
    var _ = Loader.origin();
  }

  private static final class Loader {
    private static final @Nullable NativeOrigin ORIGIN;

    /// The error message for every caller: an exception thrown by this static initialiser would
    /// reach only the first.
    private static final @Nullable String FAILURE;

    static {
      NativeOrigin origin = null;
      String failure = null;
      try {
        origin = ShimLoader.load();
      } catch (LibraryException e) {
        failure = e.line();
      }
      ORIGIN = origin;
      FAILURE = failure == null && origin != null ? ShimMatch.problem(origin) : failure;
    }

    static NativeOrigin origin() {
      if (ORIGIN == null || FAILURE != null) {
        throw new TorchException(TorchException.Kind.IO, String.valueOf(FAILURE));
      }
      return ORIGIN;
    }
  }

  /// The `libtorch_cpu` files mapped into this process: none before loading, one afterwards.
  public static Set<String> loadedLibTorch() {
    return ShimLoader.loadedLibTorch();
  }

  /// How many times this process has copied tensor elements into Java numbers or arrays. On an
  /// accelerator each of them waits for all queued work, so a fast loop avoids them.
  public static long readBacks() {
    return READ_BACKS.get();
  }

  static void countReadBack() {
    READ_BACKS.incrementAndGet();
  }

  /// Which LibTorch and shim are used and where they come from; loads them if needed.
  public static NativeOrigin origin() {
    return Loader.origin();
  }

  /// The path of the shim, which is loaded if needed.
  public static Path library() {
    return origin().shim();
  }

  /// The version of the LibTorch that is loaded, such as `2.15.0`. Its first two numbers are those
  /// of the LibTorch that the shim was built for; the last one may differ.
  public static String version() {
    load();
    var loaded = TocoTorch.tt_libtorch_runtime_version().getString(0);
    return loaded.isEmpty() ? TocoTorch.tt_libtorch_version().getString(0) : loaded;
  }

  /// The vector instructions that LibTorch's kernels use on this machine, such as `AVX512`.
  public static String cpuCapability() {
    var scratch = CallScratch.get();
    CallScratch.check(TocoTorch.tt_cpu_capability(scratch.out));
    return scratch.out.get(ADDRESS, 0).reinterpret(Long.MAX_VALUE).getString(0);
  }

  /// The number of tensors in the process that are not freed yet. A program that ends with as many
  /// as it began with has leaked none.
  public static long liveTensors() {
    load();
    return TocoTorch.tt_live_tensors();
  }

  /// Waits until a device has finished all queued work.
  public static void synchronize(Device device) {
    load();
    CallScratch.check(TocoTorch.tt_synchronize(device.type(), device.index()));
  }

  /// Sets the number of threads that one operator uses, for the whole process.
  public static void setNumThreads(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be ≥ 1, got " + threads);
    }
    load();
    CallScratch.check(TocoTorch.tt_set_num_threads(threads));
  }

  /// The number of threads that one operator uses.
  public static int numThreads() {
    var scratch = CallScratch.get();
    CallScratch.check(TocoTorch.tt_get_num_threads(scratch.out));
    return scratch.outInt();
  }

  /// Makes operators called on this thread run single-threaded: for worker threads, which would
  /// otherwise compete with the training thread for the cores.
  public static void serialThread() {
    load();
    CallScratch.check(TocoTorch.tt_serial_thread());
  }

  /// Returns freed native memory to the operating system. The C library otherwise keeps it for
  /// reuse, which wastes memory after a rare peak such as an evaluation.
  public static void trimMemory() {
    load();
    CallScratch.check(TocoTorch.tt_trim_memory());
  }

  /// Treats denormal floats as zero, on this thread and on those that LibTorch starts later. The
  /// setting belongs to the thread: Java's arithmetic on this thread flushes them too.
  public static void setFlushDenormal(boolean on) {
    load();
    CallScratch.check(TocoTorch.tt_set_flush_denormal(on ? 1 : 0));
  }

  /// Allows TF32 for float32 matrix products on CUDA.
  public static void setTf32(boolean on) {
    load();
    CallScratch.check(TocoTorch.tt_set_float32_precision(on ? 1 : 0));
  }

  /// Loads a shared library that registers operators, which [Ops] can then call by name.
  public static void loadLibrary(Path path) {
    load();
    try (var arena = Arena.ofConfined()) {
      CallScratch.check(
          TocoTorch.tt_load_library(arena.allocateFrom(path.toAbsolutePath().toString())));
    }
  }

  static long retain(MemorySegment memory, @Nullable Arena owned) {
    drainReleased();
    long token = NEXT_TOKEN.getAndIncrement();
    WRAPPED.put(token, new Wrapped(memory, owned));
    return token;
  }

  static void forget(long token) {
    WRAPPED.remove(token);
  }

  /// Releases wrapped memory whose last view has been freed; called when memory is wrapped and when
  /// a scope closes.
  static void drainReleased() {
    if (WRAPPED.isEmpty()) {
      return;
    }
    try (var arena = Arena.ofConfined()) {
      var tokens = arena.allocate(JAVA_LONG, DRAIN);
      var count = arena.allocate(JAVA_LONG);
      do {
        CallScratch.check(TocoTorch.tt_released(tokens, DRAIN, count));
        for (long i = 0; i < count.get(JAVA_LONG, 0); i++) {
          var released = WRAPPED.remove(tokens.getAtIndex(JAVA_LONG, i));
          if (released != null && released.owned() != null) {
            released.owned().close();
          }
        }
      } while (count.get(JAVA_LONG, 0) == DRAIN);
    }
  }

  /// The number of wrapped segments that LibTorch still uses; for tests.
  static int wrappedCount() {
    drainReleased();
    return WRAPPED.size();
  }
}
