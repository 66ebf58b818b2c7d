package toco.host;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Processor and memory of this machine. All but the number of cores is read from Linux's `/proc`
/// and empty on other systems.
public final class Machine {
  private static final Path PROC = Path.of("/proc");

  private final ProcFile cpuInfo;
  private final ProcFile memoryInfo;

  private Machine(Path proc) {
    cpuInfo = new ProcFile(proc.resolve("cpuinfo"));
    memoryInfo = new ProcFile(proc.resolve("meminfo"));
  }

  /// This machine.
  public static Machine local() {
    return new Machine(PROC);
  }

  /// A machine described by `cpuinfo` and `meminfo` in another folder than `/proc`.
  public static Machine describedIn(Path folder) {
    return new Machine(folder);
  }

  /// Cores that this process may use.
  public static int cores() {
    return Runtime.getRuntime().availableProcessors();
  }

  /// The first processor's model name.
  public Optional<String> processor() {
    return cpuInfo.value("model name");
  }

  /// The first processor's features by Linux's names, such as `avx512f`.
  public List<String> processorFlags() {
    return cpuInfo.value("flags").map(flags -> List.of(flags.split("\\s+"))).orElse(List.of());
  }

  /// Total memory.
  public OptionalLong memoryBytes() {
    return memoryInfo.bytes("MemTotal");
  }

  /// Memory that programs can get without swapping.
  public OptionalLong availableMemoryBytes() {
    return memoryInfo.bytes("MemAvailable");
  }
}
