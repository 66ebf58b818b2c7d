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

/// A process of the job. The first of all speaks as if it were alone; of the others every line goes
/// to the launcher.
final class RankProcess {
  private static final int SIGNALLED = 128;

  private final int rank;
  private final Process process;
  private final @Nullable Thread reader;

  private RankProcess(int rank, Process process, @Nullable Thread reader) {
    this.rank = rank;
    this.process = process;
    this.reader = reader;
  }

  /// @param lines hears what it says, with its rank in front, if its rank is not 0
  /// @throws IOException if the system cannot start it
  static RankProcess start(
      int rank, List<String> command, Map<String, String> environment, Consumer<String> lines)
      throws IOException {
    var builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    if (rank == 0) {
      builder.redirectOutput(Redirect.INHERIT).redirectError(Redirect.INHERIT);
      return new RankProcess(rank, builder.start(), null);
    }
    var process = builder.redirectErrorStream(true).start();
    var reader =
        Thread.ofPlatform()
            .daemon()
            .name("rank-" + rank)
            .start(() -> read(process, line -> lines.accept("[rank %d] %s".formatted(rank, line))));
    return new RankProcess(rank, process, reader);
  }

  private static void read(Process process, Consumer<String> lines) {
    try (var in =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      in.lines().forEach(lines);
    } catch (IOException e) {
      lines.accept("its output cannot be read: " + e.getMessage());
    }
  }

  int rank() {
    return rank;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /// How it ended.
  int status() {
    return process.exitValue();
  }

  /// How it ended, in words.
  String end() {
    int signal = status() - SIGNALLED;
    return switch (signal) {
      case 9 -> "was killed by signal 9 (SIGKILL; out of memory, perhaps)";
      case 6 -> "crashed (signal 6, SIGABRT)";
      case 11 -> "crashed (signal 11, SIGSEGV)";
      default ->
          signal > 0
              ? "was ended by signal %d".formatted(signal)
              : "ended with status %d".formatted(status());
    };
  }

  /// Asks it to end in good order; its last words are still heard, unlike after Process.destroy.
  void terminate() {
    process.toHandle().destroy();
  }

  /// Ends it.
  void kill() {
    process.toHandle().destroyForcibly();
  }

  /// Waits for its end.
  ///
  /// @return whether it came in time
  boolean await(long ms) throws InterruptedException {
    return process.waitFor(ms, TimeUnit.MILLISECONDS);
  }

  /// Waits until what an ended process has said is passed on.
  void drain() throws InterruptedException {
    if (reader != null) {
      reader.join();
    }
  }
}
