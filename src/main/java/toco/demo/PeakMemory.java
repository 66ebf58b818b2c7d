package toco.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The process's largest resident memory so far, LibTorch's memory included.
final class PeakMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String KEY = "VmHWM:";

  private PeakMemory() {}

  /// Read from Linux's `/proc`; 0 where that does not tell.
  static long bytes() {
    try (var lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith(KEY))
          .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }
}
