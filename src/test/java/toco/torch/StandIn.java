package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The stand-in accelerator of `native/test/standin`: two devices whose memory the host cannot
/// read, whose asynchronous copies are late, and which count what a GPU is slow at. Once loaded it
/// is the accelerator of the process, so its tests are tagged ([OnAccelerator]) and have a process
/// of their own.
public final class StandIn {
  private StandIn() {}

  /// What happened since the last [#reset], on both devices.
  ///
  /// @param operators calls of operators, views among them
  /// @param launches those that a GPU runs as a kernel: all but views
  /// @param toDevice copies from the host
  /// @param toHost copies to the host
  /// @param readBacks times the host waited for a value: `item`, `nonzero`, blocking copies
  /// @param waits these, copies to the device that block or are large and not from page-locked
  ///   memory, and synchronizations
  /// @param allocations of device memory
  /// @param liveBytes of device memory in use now
  /// @param peakBytes the most
  /// @param lateCopies copies that were carried out after the call that asked for them
  /// @param hazards faults in the order of asynchronous copies: [StandIn#hazards]
  public record Counts(
      long operators,
      long launches,
      long toDevice,
      long toHost,
      long readBacks,
      long waits,
      long allocations,
      long liveBytes,
      long peakBytes,
      long lateCopies,
      long hazards) {}

  private static final int COUNTS = 11;
  private static final int OPERATORS = 0;
  private static final int HAZARDS = 1;

  /// The functions of `standin.h`; loading them registers the devices.
  private static final class Library {
    static final MethodHandle COUNTS_FUNCTION;
    static final MethodHandle RESET;
    static final MethodHandle TEXT;
    static final MethodHandle NEWEST;

    static {
      var file = file();
      LibTorch.loadLibrary(file);
      var symbols = SymbolLookup.libraryLookup(file, Arena.global());
      var linker = Linker.nativeLinker();
      COUNTS_FUNCTION =
          linker.downcallHandle(
              symbols.findOrThrow("standin_counts"), FunctionDescriptor.ofVoid(ADDRESS));
      RESET =
          linker.downcallHandle(symbols.findOrThrow("standin_reset"), FunctionDescriptor.ofVoid());
      TEXT =
          linker.downcallHandle(
              symbols.findOrThrow("standin_text"),
              FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
      NEWEST =
          linker.downcallHandle(
              symbols.findOrThrow("standin_newest"), FunctionDescriptor.of(ADDRESS));
    }

    static void load() {}

    private static Path file() {
      try {
        var built = LibTorch.library().toRealPath().resolveSibling("libtoco_standin.so");
        if (!Files.exists(built)) {
          throw new IllegalStateException(
              built + " is missing; mvn verify builds it, and so does native/build.sh --standin");
        }
        return built;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /// One of the two devices. Skips the test on a machine with a GPU, which LibTorch would prefer.
  public static Device device(int index) {
    assumeTrue(Accelerator.count(Device.Kind.CUDA) == 0, "there is a GPU");
    Library.load();
    return new Device(Device.Kind.PRIVATE_USE, index);
  }

  /// The counts since the last [#reset].
  public static Counts counts() {
    try (var arena = Arena.ofConfined()) {
      var out = arena.allocate(JAVA_LONG, COUNTS);
      call(() -> {
        Library.COUNTS_FUNCTION.invokeExact(out);
      });
      var of = out.toArray(JAVA_LONG);
      return new Counts(
          of[0], of[1], of[2], of[3], of[4], of[5], of[6], of[7], of[8], of[9], of[10]);
    }
  }

  /// Starts counting at 0; the live bytes stay, and the peak becomes these.
  public static void reset() {
    call(() -> {
      Library.RESET.invokeExact();
    });
  }

  /// How often each operator ran, by its name and overload, views left out.
  public static Map<String, Long> operators() {
    var calls = new LinkedHashMap<String, Long>();
    for (var line : text(OPERATORS)) {
      var parts = line.split("\t");
      calls.put(parts[0], Long.parseLong(parts[1]));
    }
    return calls;
  }

  /// What was wrong in the order of asynchronous copies.
  public static List<String> hazards() {
    return text(HAZARDS);
  }

  /// The device memory that was allocated last; host code that touches it ends the process.
  public static MemorySegment newest(long bytes) {
    var address = new MemorySegment[1];
    call(() -> address[0] = (MemorySegment) Library.NEWEST.invokeExact());
    return address[0].reinterpret(bytes);
  }

  private static List<String> text(int which) {
    try (var arena = Arena.ofConfined()) {
      long capacity = textInto(which, MemorySegment.NULL, 0);
      var out = arena.allocate(Math.max(1, capacity));
      long length = Math.min(capacity, textInto(which, out, capacity));
      var bytes = out.asSlice(0, length).toArray(JAVA_BYTE);
      return new String(bytes, StandardCharsets.UTF_8).lines().toList();
    }
  }

  private static long textInto(int which, MemorySegment out, long capacity) {
    var length = new long[1];
    call(() -> length[0] = (long) Library.TEXT.invokeExact(which, out, capacity));
    return length[0];
  }

  private interface Call {
    void run() throws Throwable;
  }

  private static void call(Call call) {
    try {
      call.run();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
