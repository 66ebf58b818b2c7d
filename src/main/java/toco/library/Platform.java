package toco.library;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/// The system and processor that libraries must be made for.
///
/// @param name as in Maven's classifiers: `linux-x86_64`, `linux-aarch64`, `osx-aarch64`
/// @param musl whether the C library is musl instead of glibc
record Platform(String name, boolean musl) {
  /// Those that shims are published for.
  static final String LINUX_X86_64 = "linux-x86_64";

  static final String LINUX_AARCH64 = "linux-aarch64";

  private static final Map<String, String> PROCESSORS =
      Map.of("amd64", "x86_64", "x86-64", "x86_64", "arm64", "aarch64");

  /// That of this Java.
  static Platform current() {
    return new Platform(
        name(System.getProperty("os.name", ""), System.getProperty("os.arch", "")),
        usesMusl(Path.of("/proc/self/maps")));
  }

  /// The processor, such as `aarch64`.
  String processor() {
    return name.substring(name.lastIndexOf('-') + 1);
  }

  /// What the names of folders end with that hold libraries for this processor, as in
  /// `native/libtorch.sh`.
  String folderSuffix() {
    return processor().equals("x86_64") ? "" : "-" + processor();
  }

  /// @param system Java's property `os.name`
  /// @param processor Java's property `os.arch`
  static String name(String system, String processor) {
    var name = system.toLowerCase(Locale.ROOT).replaceAll("\\s.*", "");
    var arch = processor.toLowerCase(Locale.ROOT);
    return name.replace("mac", "osx").replace("windows", "win")
        + "-"
        + PROCESSORS.getOrDefault(arch, arch);
  }

  /// @param maps the files mapped into a process, one line each
  static boolean usesMusl(Path maps) {
    try (var lines = Files.lines(maps, StandardCharsets.ISO_8859_1)) {
      return lines.anyMatch(line -> line.contains("/ld-musl-"));
    } catch (IOException e) {
      return false; // no /proc: the dynamic linker then says what it misses
    }
  }
}
