package toco.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// The JDK, memory and disk.
final class MachineChecks {
  private static final int NEEDED_JDK = 25;
  private static final double ENOUGH_MEMORY_GB = 3;
  private static final double INSTALL_GB = 1.6;
  private static final double ENOUGH_DISK_GB = 1;
  private static final Path MEMINFO = Path.of("/proc/meminfo");

  private MachineChecks() {}

  static Check jdk(Surroundings surroundings) {
    var found = "%s, %s".formatted(Runtime.version(), surroundings.property("java.home"));
    if (Runtime.version().feature() < NEEDED_JDK) {
      return Check.missing(
          "JDK", found, "install JDK 25, for example Temurin, and set JAVA_HOME to its folder");
    }
    boolean hasCompiler =
        Files.isExecutable(Path.of(surroundings.property("java.home"), "bin", "javac"));
    return hasCompiler
        ? Check.ok("JDK", found)
        : Check.note(
            "JDK",
            found + ", without javac",
            "install the whole JDK before changing the sources; running needs none");
  }

  static Check memory() {
    long total = meminfoBytes("MemTotal:");
    long available = meminfoBytes("MemAvailable:");
    if (total == 0) {
      return Check.note("memory", "unknown", "have 3 GB free for the demo");
    }
    var found = "%s free of %s".formatted(gigabytes(available), gigabytes(total));
    return available >= ENOUGH_MEMORY_GB * 1e9
        ? Check.ok("memory", found)
        : Check.note(
            "memory",
            found,
            "close other programs: the demo takes about 1.5 GB, training at full size 8 GB and"
                + " more");
  }

  static Check disk(Surroundings surroundings, boolean hasLibTorch) {
    var cache = surroundings.cache();
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
            ? Check.ok("disk", found + " (read-only)")
            : Check.missing(
                "disk",
                folder + " cannot be written",
                "make it writable, or set XDG_CACHE_HOME to a folder of yours");
      }
      if (free >= needed * 1e9) {
        return Check.ok("disk", found);
      }
      return hasLibTorch
          ? Check.note("disk", found, "free some before long runs")
          : Check.missing(
              "disk",
              found,
              "free %s, or set XDG_CACHE_HOME to a larger disk"
                  .formatted(gigabytes((long) (needed * 1e9))));
    } catch (IOException e) {
      return Check.note("disk", "unknown for " + cache + ": " + e.getMessage(), "");
    }
  }

  private static long meminfoBytes(String key) {
    try (var lines = Files.lines(MEMINFO)) {
      return lines
          .filter(line -> line.startsWith(key))
          .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }

  private static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }
}
