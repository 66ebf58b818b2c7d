package toco.host;

import java.nio.file.Path;

/// Memory of this process as the operating system counts it, native memory included.
public final class ProcessMemory {
  private static final ProcFile STATUS = new ProcFile(Path.of("/proc/self/status"));

  private ProcessMemory() {}

  /// Resident bytes now; 0 on systems without `/proc`.
  public static long residentBytes() {
    return STATUS.bytes("VmRSS").orElse(0);
  }

  /// The most resident bytes so far; 0 on systems without `/proc`.
  public static long peakResidentBytes() {
    return STATUS.bytes("VmHWM").orElse(0);
  }
}
