package toco.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import toco.host.Machine;

/// The JDK, memory and disk.
final class MachineChecks {
  private static final int NEEDED_JDK = 25;
  private static final double ENOUGH_MEMORY_GB = 3;
  private static final double INSTALL_GB = 1.6;
  private static final double ENOUGH_DISK_GB = 1;

  private MachineChecks() {}

  static HealthCheck jdk(Surroundings surroundings) {
    var found = "%s, %s".formatted(Runtime.version(), surroundings.property("java.home"));
    if (Runtime.version().feature() < NEEDED_JDK) {
      return HealthCheck.missing(
          "JDK", found, "install JDK 25, for example Temurin, and set JAVA_HOME to its folder");
    }
    boolean hasCompiler =
        Files.isExecutable(Path.of(surroundings.property("java.home"), "bin", "javac"));
    return hasCompiler
        ? HealthCheck.ok("JDK", found)
        : HealthCheck.note(
            "JDK",
            found + ", without javac",
            "install a full JDK before changing the sources; running needs no compiler");
  }

  static HealthCheck memory(Machine machine) {
    long total = machine.memoryBytes().orElse(0);
    long available = machine.availableMemoryBytes().orElse(0);
    if (total == 0) {
      return HealthCheck.note("memory", "unknown", "make sure that 3 GB are free for the demo");
    }
    var found = "%s free of %s".formatted(gigabytes(available), gigabytes(total));
    return available >= ENOUGH_MEMORY_GB * 1e9
        ? HealthCheck.ok("memory", found)
        : HealthCheck.note(
            "memory",
            found,
            "close other programs: the demo takes about 1.5 GB, training at full size 8 GB or"
                + " more");
  }

  static HealthCheck disk(Surroundings surroundings, boolean hasLibTorch) {
    var found = surroundings.cache();
    if (found.isEmpty()) {
      return HealthCheck.note(
          "disk",
          "no folder for the cache: HOME and XDG_CACHE_HOME are not set",
          "set XDG_CACHE_HOME to a folder that you can write to");
    }
    return disk(found.get(), hasLibTorch);
  }

  private static HealthCheck disk(Path cache, boolean hasLibTorch) {
    var folder = cache.toAbsolutePath();
    while (folder.getParent() != null && !Files.exists(folder)) {
      folder = folder.getParent();
    }
    try {
      long free = Files.getFileStore(folder).getUsableSpace();
      var found = "%s free for the cache %s".formatted(gigabytes(free), cache);
      double needed = hasLibTorch ? ENOUGH_DISK_GB : INSTALL_GB;
      if (!Files.isWritable(folder)) {
        return hasLibTorch
            ? HealthCheck.ok("disk", found + " (read-only)")
            : HealthCheck.missing(
                "disk",
                folder + " cannot be written",
                "make it writable, or set XDG_CACHE_HOME to a folder that you can write to");
      }
      if (free >= needed * 1e9) {
        return HealthCheck.ok("disk", found);
      }
      return hasLibTorch
          ? HealthCheck.note("disk", found, "free some space before long runs")
          : HealthCheck.missing(
              "disk",
              found,
              "free %s, or set XDG_CACHE_HOME to a larger disk"
                  .formatted(gigabytes((long) (needed * 1e9))));
    } catch (IOException e) {
      return HealthCheck.note("disk", "unknown for " + cache + ": " + e.getMessage(), "");
    }
  }

  private static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }
}
