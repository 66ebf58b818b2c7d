package toco.distributed;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A process of a job. Rank 0 shares the launcher's standard output and error; the output lines of
/// other ranks go to the launcher.
final class RankProcess {
  private static final int SIGNAL_BASE = 128; // as shells report a signal

  private final int rank;
  private final Process process;
  private final @Nullable Thread reader;

  private RankProcess(int rank, Process process, @Nullable Thread reader) {
    this.rank = rank;
    this.process = process;
    this.reader = reader;
  }

  /// @param lines receives the output of ranks other than 0, prefixed with the rank
  /// @throws IOException if the system cannot start it
  static RankProcess start(
      int rank, List<String> command, Map<String, String> environment, Consumer<String> lines)
      throws IOException {
    var builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    if (!"UTF-8".equals(System.getProperty("sun.jnu.encoding"))) { // file names beyond ASCII
      builder.environment().put("LC_ALL", "C.UTF-8");
    }
    if (rank == 0) {
      builder.redirectOutput(Redirect.INHERIT).redirectError(Redirect.INHERIT);
      return new RankProcess(rank, builder.start(), null);
    }
    var process = builder.redirectErrorStream(true).start();
    try {
      var reader =
          Thread.ofPlatform()
              .daemon()
              .name("rank-" + rank)
              .start(
                  () -> read(process, line -> lines.accept("[rank %s] %s".formatted(rank, line))));
      return new RankProcess(rank, process, reader);
    } catch (OutOfMemoryError e) { // a limit on threads
      process.destroyForcibly();
      throw e;
    }
  }

  private static void read(Process process, Consumer<String> lines) {
    try (var in =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      in.lines().forEach(lines);
    } catch (IOException e) {
      lines.accept("cannot read its output: " + e.getMessage());
    }
  }

  int rank() {
    return rank;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /// The exit status of the ended process.
  int status() {
    return process.exitValue();
  }

  /// How the process ended, as the predicate of a sentence.
  String describeEnd() {
    int signal = status() - SIGNAL_BASE;
    return switch (signal) {
      case 9 -> "was killed by signal 9 (SIGKILL; possibly out of memory)";
      case 6 -> "crashed (signal 6, SIGABRT)";
      case 11 -> "crashed (signal 11, SIGSEGV)";
      case 13 -> "ended, because the program that reads its results has ended";
      default ->
          signal > 0
              ? "was terminated by signal %s".formatted(signal)
              : "exited with status %s".formatted(status());
    };
  }

  /// Sends SIGTERM. Output written after that is still read, unlike with Process.destroy.
  void terminate() {
    process.toHandle().destroy();
  }

  /// Sends SIGKILL.
  void kill() {
    process.toHandle().destroyForcibly();
  }

  /// Waits for the process to exit.
  ///
  /// @return whether it has
  boolean await(long ms) throws InterruptedException {
    return process.waitFor(ms, TimeUnit.MILLISECONDS);
  }

  /// Waits until all output of an ended process has been forwarded.
  void drain() throws InterruptedException {
    if (reader != null) {
      reader.join();
    }
  }
}
