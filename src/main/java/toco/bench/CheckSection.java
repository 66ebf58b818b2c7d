package toco.bench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import toco.files.Json;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/// One section of a check: programs that print their results line by line, each in its own process,
/// so that a device that fails or hangs in one section leaves the others alone.
///
/// @param name such as `steps`
/// @param weight of the remaining time, relative to the sections after it
/// @param commands one after the other
/// @param format of what they print
public record CheckSection(String name, double weight, List<List<String>> commands, Format format) {
  private static final long ENDING_SECONDS = 3;
  private static final int SHOWN = 160; // characters of a row

  /// What the programs of a section print.
  public enum Format {
    /// JSON objects, one per line; other lines are ignored.
    JSON_LINES,
    /// What JUnit's console prints with `--details=testfeed`.
    TEST_FEED
  }

  /// How a section ended.
  public enum Status {
    DONE,
    FAILED,
    CUT;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// The results of a section.
  ///
  /// @param note the reason if it failed or was cut; empty otherwise
  /// @param rows objects that were printed, those before a failure or a cut too
  public record Outcome(
      String name, Status status, double seconds, double limitSeconds, String note, Object rows) {}

  /// Runs the section.
  ///
  /// @param limitSeconds after which it is cut
  /// @param logs folder for what the programs print, `NAME.out` and `NAME.err`
  /// @param progress receives each row as it is printed
  Outcome run(double limitSeconds, Path logs, Consumer<String> progress) {
    long started = System.nanoTime();
    long end = started + (long) (limitSeconds * 1e9);
    var rows = Collections.synchronizedList(new ArrayList<JsonNode>());
    var feed = new TestFeed();
    var status = Status.DONE;
    var note = "";
    try {
      for (var command : commands) {
        int code = run(command, end, logs, line -> accept(line, rows, feed, progress));
        if (code < 0) {
          status = Status.CUT;
          note = String.format(Locale.ROOT, "cut after %.0f s", limitSeconds);
          break;
        }
        if (code > 0) { // the other commands run nevertheless
          status = Status.FAILED;
          note = reason(code, logs.resolve(name + ".err"));
        }
      }
    } catch (IOException e) {
      status = Status.FAILED;
      note = "cannot be run: " + e.getMessage();
    }
    double seconds = (System.nanoTime() - started) * 1e-9;
    Object results;
    synchronized (feed) {
      results = format == Format.TEST_FEED ? feed.result() : List.copyOf(rows);
    }
    return new Outcome(name, status, seconds, limitSeconds, note, results);
  }

  private void accept(String line, List<JsonNode> rows, TestFeed feed, Consumer<String> progress) {
    if (format == Format.TEST_FEED) {
      synchronized (feed) {
        feed.accept(line);
      }
    } else if (line.startsWith("{")) {
      try {
        rows.add(withoutPasses(Json.MAPPER.readTree(line)));
        progress.accept(line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…");
      } catch (JacksonException e) {
        return; // half a line of a process that was killed
      }
    }
  }

  /// Comparisons have a row per tensor, of which those that pass say nothing more; the `.out` file
  /// has them.
  private static JsonNode withoutPasses(JsonNode row) {
    if (row.path("rows") instanceof ArrayNode compared) {
      for (int i = compared.size() - 1; i >= 0; i--) {
        if (compared.get(i).path("pass").asBoolean(false)) {
          compared.remove(i);
        }
      }
    }
    return row;
  }

  /// @return the exit status; −1 if the program had to be killed
  private int run(List<String> command, long end, Path logs, Consumer<String> lines)
      throws IOException {
    var process =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectError(ProcessBuilder.Redirect.appendTo(logs.resolve(name + ".err").toFile()))
            .start();
    var reader =
        Thread.ofPlatform().daemon().name("check-" + name).start(() -> read(process, logs, lines));
    try {
      boolean ended = process.waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (!ended) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor(ENDING_SECONDS, TimeUnit.SECONDS);
      }
      reader.join(ENDING_SECONDS * 1000);
      return ended ? process.exitValue() : -1;
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in the section " + name, e);
    }
  }

  private void read(Process process, Path logs, Consumer<String> lines) {
    try (var output = process.inputReader(StandardCharsets.UTF_8);
        var copy =
            Files.newBufferedWriter(
                logs.resolve(name + ".out"),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND)) {
      for (var line = output.readLine(); line != null; line = output.readLine()) {
        copy.write(line);
        copy.newLine();
        lines.accept(line);
      }
    } catch (IOException e) {
      return; // of a process that was killed
    }
  }

  /// The last error that a program printed, or its last line.
  private static String reason(int code, Path errors) throws IOException {
    var lines = Files.readAllLines(errors).stream().filter(line -> !line.isBlank()).toList();
    var named = lines.stream().filter(line -> line.contains("error:")).toList();
    var last = named.isEmpty() ? lines : named;
    return last.isEmpty() ? "exit status " + code : last.getLast().strip();
  }
}
