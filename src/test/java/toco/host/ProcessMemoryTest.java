package toco.host;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

class ProcessMemoryTest {
  private static final long BYTES = 200_000_000;

  /// The peak of a phase does not count what was freed before it.
  @Test
  void thePeakCanBeCountedAnew() {
    touch();
    long before = ProcessMemory.peakResidentBytes();
    assumeTrue(ProcessMemory.resetPeak(), "this system cannot");
    long after = ProcessMemory.peakResidentBytes();
    assertTrue(after < before, after + " " + before);
    assertTrue(after >= ProcessMemory.residentBytes() / 2);
    touch();
    assertTrue(ProcessMemory.peakResidentBytes() > after + BYTES / 2);
  }

  private static void touch() {
    try (var arena = Arena.ofConfined()) {
      arena.allocate(BYTES).fill((byte) 1);
    }
  }
}
