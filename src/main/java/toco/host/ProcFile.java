package toco.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/// A file of Linux's `/proc` with lines of the form `key : value`. Where there is no such file, on
/// another system for example, it has no keys.
record ProcFile(Path path) {
  private static final int BYTES_PER_KB = 1024;

  /// The value of the first line with this key.
  Optional<String> value(String key) {
    try (var lines = Files.lines(path)) {
      return lines
          .filter(
              line -> line.startsWith(key) && line.substring(key.length()).strip().startsWith(":"))
          .findFirst()
          .map(line -> line.substring(line.indexOf(':') + 1).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /// The bytes of a value such as `1234 kB`.
  OptionalLong bytes(String key) {
    return value(key)
        .map(kilobytes -> kilobytes.replaceAll("\\D", ""))
        .filter(digits -> !digits.isEmpty())
        .map(digits -> OptionalLong.of(Long.parseLong(digits) * BYTES_PER_KB))
        .orElse(OptionalLong.empty());
  }
}
