package toco.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What the operating system says this process takes, native memory included.
public final class ProcessMemory {
  private static final Path STATUS = Path.of("/proc/self/status");

  private ProcessMemory() {}

  /// Resident bytes now; 0 where the system does not tell.
  public static long residentBytes() {
    return read("VmRSS:");
  }

  /// The most resident bytes so far; 0 where the system does not tell.
  public static long peakResidentBytes() {
    return read("VmHWM:");
  }

  private static long read(String key) {
    try (var lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith(key))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }
}
