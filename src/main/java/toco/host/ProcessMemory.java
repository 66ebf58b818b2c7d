package toco.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Memory of this process as the operating system counts it, native memory included.
public final class ProcessMemory {
  private static final ProcFile STATUS = new ProcFile(Path.of("/proc/self/status"));

  private static final Path REFERENCES = Path.of("/proc/self/clear_refs");
  private static final String RESET_PEAK = "5"; // man 5 proc

  private ProcessMemory() {}

  /// Resident bytes now; 0 on systems without `/proc`.
  public static long residentBytes() {
    return STATUS.bytes("VmRSS").orElse(0);
  }

  /// The most resident bytes so far; 0 on systems without `/proc`.
  public static long peakResidentBytes() {
    return STATUS.bytes("VmHWM").orElse(0);
  }

  /// Makes [#peakResidentBytes] count from now.
  ///
  /// @return false if the system cannot
  public static boolean resetPeak() {
    try {
      Files.writeString(REFERENCES, RESET_PEAK, StandardOpenOption.WRITE);
      return true;
    } catch (IOException e) {
      return false; // another system, or not permitted
    }
  }
}
