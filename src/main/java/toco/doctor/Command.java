package toco.doctor;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/// Runs programs to ask for their version.
final class Command {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final Pattern COLOURS = Pattern.compile("\033\\[[0-9;]*m");

  private Command() {}

  /// The first line that a program prints.
  ///
  /// @return empty if there is no such program, it fails, or it does not end within 20 s
  static Optional<String> firstLine(String... command) {
    return firstLine(TIMEOUT, command);
  }

  static Optional<String> firstLine(Duration timeout, String... command) {
    try {
      var process =
          new ProcessBuilder(List.of(command))
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
              .start();
      // A driver can keep a program from ending, and then even from being killed: do not wait for
      // the end of its output.
      var lines =
          CompletableFuture.supplyAsync(
              () -> process.inputReader(StandardCharsets.UTF_8).lines().toList(),
              task -> Thread.ofVirtual().start(task));
      if (!process.waitFor(timeout)) {
        process.destroyForcibly();
        return Optional.empty();
      }
      return process.exitValue() == 0
          ? lines.get(1, TimeUnit.SECONDS).stream()
              .findFirst()
              .map(line -> COLOURS.matcher(line).replaceAll(""))
          : Optional.empty();
    } catch (IOException | ExecutionException | TimeoutException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
