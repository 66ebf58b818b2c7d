package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import toco.torch.ffi.TocoTorch;

/// The process-wide state of LibTorch: loading it, threads, devices, and the count of live tensors.
///
/// The shim is named by the system property `toco.library` or the environment variable
/// `TOCO_LIBRARY`; `bin/toco` and the Maven build set the first. Where neither is set it is built
/// from the sources in the jar, once, into `~/.cache/toco`. It finds LibTorch's own libraries
/// through its rpath. Loading happens on first use.
public final class LibTorch {
  private static final int DRAIN = 64;

  /// What keeps wrapped memory alive until LibTorch lets go of it, and what to do then.
  private record Wrapped(MemorySegment memory, @Nullable Arena owned) {}

  private static final Map<Long, Wrapped> WRAPPED = new ConcurrentHashMap<>();
  private static final AtomicLong NEXT_TOKEN = new AtomicLong(1);
  private static final AtomicLong READ_BACKS = new AtomicLong();

  private LibTorch() {}

  /// Loads the shim and LibTorch, if that has not happened yet.
  ///
  /// @throws TorchException of kind IO, naming the remedy, if they cannot be found, built or
  ///   loaded, or if another LibTorch is already in the process
  public static void load() {
    var _ = Loader.library();
  }

  private static final class Loader {
    private static final @Nullable Path LIBRARY;

    /// What went wrong, told to every caller: an exception out of this initialiser would tell only
    /// the first.
    private static final @Nullable String FAILURE;

    static {
      Path library = null;
      String failure = null;
      try {
        library = ShimLibrary.locate();
        refuseSecondLibTorch(library);
        System.load(library.toString());
      } catch (TorchException e) {
        failure = e.getMessage();
      } catch (UnsatisfiedLinkError e) {
        var reason = String.valueOf(e.getMessage()).replace(library + ": ", "");
        failure = "cannot load %s: %s; run bin/toco doctor".formatted(library, reason);
      }
      LIBRARY = library;
      FAILURE = failure;
    }

    static Path library() {
      if (LIBRARY == null || FAILURE != null) {
        throw new TorchException(TorchException.Kind.IO, String.valueOf(FAILURE));
      }
      return LIBRARY;
    }

    private static void refuseSecondLibTorch(Path library) {
      var present = loadedLibTorch();
      if (!present.isEmpty()) {
        throw new TorchException(
            TorchException.Kind.IO,
            ("another LibTorch is already loaded in this process (%s); two cannot share "
                    + "one, so load only %s")
                .formatted(String.join(", ", present), library));
      }
    }
  }

  /// The `libtorch_cpu` files mapped into this process: empty before loading, one afterwards.
  public static Set<String> loadedLibTorch() {
    try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines
          .filter(line -> line.contains("/libtorch_cpu."))
          .map(line -> line.substring(line.indexOf('/')))
          .collect(Collectors.toSet());
    } catch (IOException e) {
      return Set
          .of(); // no /proc: the check is a courtesy, the loader still reports a clash of symbols
    }
  }

  /// How often the process has read elements of a tensor back as Java numbers. On a GPU each time
  /// waits until all work in flight is done, so a fast loop does without.
  public static long readBacks() {
    return READ_BACKS.get();
  }

  static void countReadBack() {
    READ_BACKS.incrementAndGet();
  }

  /// The shim's file, once loaded.
  public static Path library() {
    return Loader.library();
  }

  /// The version of LibTorch that the shim was built for, such as `2.15.0`.
  public static String version() {
    load();
    return TocoTorch.tt_libtorch_version().getString(0);
  }

  /// The vector instructions LibTorch's kernels use here, such as `AVX512`.
  public static String cpuCapability() {
    var scratch = CallScratch.get();
    CallScratch.check(TocoTorch.tt_cpu_capability(scratch.out));
    return scratch.out.get(ADDRESS, 0).reinterpret(Long.MAX_VALUE).getString(0);
  }

  /// Tensors made and not yet freed, in the whole process. A run that ends where it began has
  /// leaked nothing.
  public static long liveTensors() {
    load();
    return TocoTorch.tt_live_tensors();
  }

  /// GPUs that LibTorch can use; 0 without a GPU, a driver or a CUDA build.
  public static int cudaDeviceCount() {
    var scratch = CallScratch.get();
    CallScratch.check(TocoTorch.tt_cuda_device_count(scratch.out));
    return scratch.outInt();
  }

  /// Waits until a device has finished its work.
  public static void synchronize(Device device) {
    load();
    CallScratch.check(TocoTorch.tt_synchronize(device.type(), device.index()));
  }

  /// Sets the threads one operator uses, for the whole process.
  public static void setNumThreads(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be ≥ 1, got " + threads);
    }
    load();
    CallScratch.check(TocoTorch.tt_set_num_threads(threads));
  }

  /// The threads that one operator uses, in the whole process.
  public static int numThreads() {
    var scratch = CallScratch.get();
    CallScratch.check(TocoTorch.tt_get_num_threads(scratch.out));
    return scratch.outInt();
  }

  /// Makes the operators that the calling thread calls run on it alone: for workers beside a
  /// training thread, which would otherwise compete with it for the cores.
  public static void serialThread() {
    load();
    CallScratch.check(TocoTorch.tt_serial_thread());
  }

  /// Gives memory that native code has freed back to the system. LibTorch keeps what a large batch
  /// took, as the C library does; after a rare large one, such as an evaluation, that is a waste.
  public static void trimMemory() {
    load();
    CallScratch.check(TocoTorch.tt_trim_memory());
  }

  /// Treats denormal floats as zero, on this thread and those LibTorch starts later. The processor
  /// knows one setting a thread: Java's own arithmetic on this thread flushes them, too.
  public static void setFlushDenormal(boolean on) {
    load();
    CallScratch.check(TocoTorch.tt_set_flush_denormal(on ? 1 : 0));
  }

  /// Lets CUDA compute float32 matrix products in TF32.
  public static void setTf32(boolean on) {
    load();
    CallScratch.check(TocoTorch.tt_set_float32_precision(on ? 1 : 0));
  }

  /// Loads a shared library whose initialisers register operators; [Ops] then calls them by name.
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

  /// Lets go of wrapped memory whose last view has died; called when memory is wrapped and when
  /// scopes close.
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

  /// Wrapped memory that LibTorch still uses; for tests.
  static int wrappedCount() {
    drainReleased();
    return WRAPPED.size();
  }
}
