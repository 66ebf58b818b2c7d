package toco.host;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;

/// Processor and memory of this machine, or of the container that the process runs in. All but the
/// number of cores is read from Linux's `/proc` and control groups and empty on other systems.
public final class Machine {
  private static final Path PROC = Path.of("/proc");
  private static final double GIGA = 1e9;

  /// Arm's server designs by the numbers of their designer and design.
  private static final Map<String, String> ARM_DESIGNS =
      Map.of(
          "0x41 0xd0c", "Arm Neoverse N1", // Graviton2, Ampere Altra
          "0x41 0xd40", "Arm Neoverse V1", // Graviton3
          "0x41 0xd49", "Arm Neoverse N2",
          "0x41 0xd4f", "Arm Neoverse V2", // Graviton4, Grace
          "0x41 0xd84", "Arm Neoverse V3");

  private final ProcFile cpuInfo;
  private final ProcFile memoryInfo;
  private final MemoryGroups groups;

  private Machine(Path proc, Path controlGroups) {
    cpuInfo = new ProcFile(proc.resolve("cpuinfo"));
    memoryInfo = new ProcFile(proc.resolve("meminfo"));
    groups = new MemoryGroups(proc.resolve("self", "cgroup"), controlGroups);
  }

  /// This machine.
  public static Machine local() {
    return new Machine(PROC, Path.of("/sys/fs/cgroup"));
  }

  /// A machine described by `cpuinfo`, `meminfo` and `self/cgroup` in another folder than `/proc`,
  /// with the control groups in its folder `cgroup`.
  public static Machine describedIn(Path folder) {
    return new Machine(folder, folder.resolve("cgroup"));
  }

  /// Cores that this process may use.
  public static int cores() {
    return Runtime.getRuntime().availableProcessors();
  }

  /// The first processor's model name. On Arm, Linux knows the numbers of designer and design only.
  public Optional<String> processor() {
    return cpuInfo.value("model name").or(this::armDesign);
  }

  private Optional<String> armDesign() {
    return cpuInfo
        .value("CPU part")
        .map(part -> "%s %s".formatted(cpuInfo.value("CPU implementer").orElse("?"), part))
        .map(numbers -> ARM_DESIGNS.getOrDefault(numbers, "Arm processor " + numbers));
  }

  /// The first processor's features by Linux's names, such as `avx512f` or, on Arm, `asimd`.
  public List<String> processorFlags() {
    return cpuInfo
        .value("flags")
        .or(() -> cpuInfo.value("Features"))
        .map(flags -> List.of(flags.split("\\s+")))
        .orElse(List.of());
  }

  /// Total memory: the machine's, or the container's limit if that is less.
  public OptionalLong memoryBytes() {
    return smaller(memoryInfo.bytes("MemTotal"), groups.limitBytes());
  }

  /// Memory that this process can get without swapping and within the container's limit.
  public OptionalLong availableMemoryBytes() {
    return smaller(memoryInfo.bytes("MemAvailable"), groups.availableBytes());
  }

  /// Why this process cannot get so much memory; empty if it can, or nobody knows.
  ///
  /// @param bytes an estimate
  public Optional<String> lacks(long bytes) {
    var available = availableMemoryBytes();
    return available.isEmpty() || bytes <= available.getAsLong()
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "it needs about %.1f GB of memory, and %.1f GB are available",
                bytes / GIGA,
                available.getAsLong() / GIGA));
  }

  private static OptionalLong smaller(OptionalLong a, OptionalLong b) {
    return LongStream.concat(a.stream(), b.stream()).min();
  }
}
