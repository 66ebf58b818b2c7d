package toco.doctor;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// Runs programs to ask for their version.
final class Command {
  private static final long TIMEOUT_SECONDS = 20;
  private static final Pattern COLOURS = Pattern.compile("\033\\[[0-9;]*m");

  private Command() {}

  /// The first line that a program prints.
  ///
  /// @return empty if there is no such program, or it fails
  static Optional<String> firstLine(String... command) {
    try {
      var process =
          new ProcessBuilder(List.of(command))
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
              .start();
      try (var output = process.inputReader(StandardCharsets.UTF_8)) {
        var lines = output.lines().toList();
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          return Optional.empty();
        }
        return process.exitValue() == 0
            ? lines.stream().findFirst().map(line -> COLOURS.matcher(line).replaceAll(""))
            : Optional.empty();
      }
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
