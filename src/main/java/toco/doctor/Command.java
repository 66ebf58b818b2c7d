package toco.doctor;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/// What a program answered when it was asked, for example, for its version.
///
/// @param firstLine the first line that it printed; empty if there is no such program, or it failed
/// @param hung whether it did not end in time, and was killed
record Command(Optional<String> firstLine, boolean hung) {
  static final int TIMEOUT_SECONDS = 10;
  private static final Pattern COLOURS = Pattern.compile("\033\\[[0-9;]*m");

  /// Runs a program.
  static Command run(String... command) {
    return run(TIMEOUT_SECONDS, command);
  }

  static Command run(int timeoutSeconds, String... command) {
    try {
      var process =
          new ProcessBuilder(List.of(command))
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
              .start();
      return answer(process, timeoutSeconds);
    } catch (IOException e) {
      return new Command(Optional.empty(), false);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Command(Optional.empty(), false);
    }
  }

  /// Reads on another thread: a program that waits for a broken driver cannot even be killed, and a
  /// child of it may keep its output open.
  private static Command answer(Process process, int timeoutSeconds)
      throws IOException, InterruptedException {
    var result = new CompletableFuture<Optional<String>>();
    Thread.ofPlatform().daemon().name("doctor").start(() -> read(process, result));
    try {
      return new Command(result.get(timeoutSeconds, TimeUnit.SECONDS), false);
    } catch (TimeoutException e) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      return new Command(Optional.empty(), true);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    }
  }

  private static void read(Process process, CompletableFuture<Optional<String>> result) {
    try (var output = process.inputReader(StandardCharsets.UTF_8)) {
      var first = output.lines().toList().stream().findFirst();
      result.complete(
          process.waitFor() == 0
              ? first.map(line -> COLOURS.matcher(line).replaceAll(""))
              : Optional.empty());
    } catch (IOException | RuntimeException | InterruptedException e) {
      result.completeExceptionally(e);
    }
  }
}
