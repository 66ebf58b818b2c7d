package toco.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MachineTest {
  private static final String CPU_INFO =
      """
      processor\t: 0
      model\t\t: 207
      model name\t: Some CPU @ 2.0 GHz: fast
      flags\t\t: fpu avx2 avx512f
      vmx flags\t: ept

      processor\t: 1
      model name\t: Another
      """;
  private static final String MEMORY_INFO =
      """
      MemTotal:       24700000 kB
      MemFree:           12345 kB
      MemAvailable:   12000000 kB
      """;

  @TempDir Path folder;

  @Test
  void processorAndMemoryAreRead() throws IOException {
    Files.writeString(folder.resolve("cpuinfo"), CPU_INFO);
    Files.writeString(folder.resolve("meminfo"), MEMORY_INFO);
    var machine = Machine.describedIn(folder);
    assertEquals(Optional.of("Some CPU @ 2.0 GHz: fast"), machine.processor());
    assertEquals(List.of("fpu", "avx2", "avx512f"), machine.processorFlags());
    assertEquals(OptionalLong.of(24700000L * 1024), machine.memoryBytes());
    assertEquals(OptionalLong.of(12000000L * 1024), machine.availableMemoryBytes());
  }

  /// As Linux on Arm writes it: without a name.
  @ParameterizedTest
  @CsvSource({
    "0x41, 0xd4f, Arm Neoverse V2",
    "0x41, 0xd0c, Arm Neoverse N1",
    "0x61, 0x022, Arm processor 0x61 0x022"
  })
  void anArmProcessorIsKnownByItsNumbers(String designer, String design, String name)
      throws IOException {
    var lines =
        """
        processor\t: 0
        Features\t: fp asimd bf16
        CPU implementer\t: %s
        CPU architecture: 8
        CPU part\t: %s
        """;
    Files.writeString(folder.resolve("cpuinfo"), lines.formatted(designer, design));
    var machine = Machine.describedIn(folder);
    assertEquals(Optional.of(name), machine.processor());
    assertEquals(List.of("fp", "asimd", "bf16"), machine.processorFlags());
  }

  @Test
  void whatIsNotThereIsEmpty() throws IOException {
    Files.writeString(folder.resolve("meminfo"), "MemTotal: unknown\nMemAvailableNot: 5 kB\n");
    var machine = Machine.describedIn(folder);
    assertEquals(Optional.empty(), machine.processor());
    assertEquals(List.of(), machine.processorFlags());
    assertEquals(OptionalLong.empty(), machine.memoryBytes());
    assertEquals(OptionalLong.empty(), machine.availableMemoryBytes());
  }

  /// A container's limit counts where it is less than the machine's memory, in any of the groups
  /// around the process; file caches do not count as used.
  @ParameterizedTest
  @CsvSource({
    "0::/a/b, a/b/memory.max, a/b/memory.current, a/b/memory.stat, inactive_file",
    "0::/a/b, a/memory.max, a/memory.current, a/memory.stat, inactive_file",
    "0::/../x, memory.max, memory.current, memory.stat, inactive_file",
    "4:memory:/docker/7f, memory/memory.limit_in_bytes, memory/memory.usage_in_bytes,"
        + " memory/memory.stat, total_inactive_file",
    "'7:cpu,memory:/a', memory/a/memory.limit_in_bytes, memory/a/memory.usage_in_bytes,"
        + " memory/a/memory.stat, total_inactive_file"
  })
  void aContainersLimitCounts(
      String membership, String limit, String usage, String stat, String droppable)
      throws IOException {
    Files.writeString(folder.resolve("meminfo"), MEMORY_INFO);
    write("self/cgroup", "9:name=systemd:/\n" + membership + "\n");
    write("cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    write("cgroup/" + limit, "2000000000\n");
    write("cgroup/" + usage, "700000000\n");
    write("cgroup/" + stat, "active_file 9\n" + droppable + " 200000000\n");
    var machine = Machine.describedIn(folder);
    assertEquals(OptionalLong.of(2_000_000_000L), machine.memoryBytes());
    assertEquals(OptionalLong.of(1_500_000_000L), machine.availableMemoryBytes());
    write("cgroup/" + limit, "max\n");
    assertEquals(OptionalLong.of(24700000L * 1024), machine.memoryBytes());
    assertEquals(OptionalLong.of(12000000L * 1024), machine.availableMemoryBytes());
  }

  private void write(String file, String text) throws IOException {
    Files.createDirectories(folder.resolve(file).getParent());
    Files.writeString(folder.resolve(file), text);
  }

  /// The kernel counts at least the Java heap in use.
  @Test
  void thisProcessHasMemoryAndAPeak() {
    boolean linux = Files.exists(Path.of("/proc/self/status"));
    long used = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    assertTrue(!linux || ProcessMemory.residentBytes() > used / 2);
    assertTrue(ProcessMemory.peakResidentBytes() >= ProcessMemory.residentBytes() / 2);
    assertFalse(Machine.cores() < 1);
  }
}
