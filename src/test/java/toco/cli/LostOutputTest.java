package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import toco.checkpoint.Checkpoint;
import toco.config.Config;
import toco.train.TinyRun;

/// Results that cannot be written are a failure; progress that cannot be written is none.
class LostOutputTest {
  private static final String FULL = "No space left on device";

  @TempDir Path folder;

  /// A file on a full disk, or a pipe that nobody reads any more.
  private static final class Broken extends Writer {
    private final String reason;
    private int attempts;

    Broken(String reason) {
      this.reason = reason;
    }

    @Override
    public void write(char[] text, int offset, int length) throws IOException {
      attempts++;
      throw new IOException(reason);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "train --help",
        "help eval",
        "--version",
        "config",
        "config --json",
        "config --describe",
        "doctor",
        "doctor --json",
        "data check configs/demo.yaml --set data.root=DATA --fast",
        "data check configs/demo.yaml --set data.root=DATA --json",
        "data synthetic OUT --train 1 --val 1 --test 1",
        "data labels OUT.npy --masks src/test/resources/data/photos/SegmentationClassAug --classes"
            + " voc",
      })
  void lostResultsAreOneLineAndStatus1(String line) throws IOException {
    var result = onFullDisk(line);
    assertEquals(1, result.status(), result.err());
    assertEquals(
        "toco: error: the disk is full: cannot write the results to standard output: "
            + FULL
            + "; free some space and run again\n",
        lastLine(result.err()));
  }

  private Cli.Result onFullDisk(String line) throws IOException {
    if (line.contains("DATA")) {
      Cli.run("data", "synthetic", folder.resolve("d"), "--train", 2, "--val", 1, "--test", 1);
    }
    var words =
        line.replace("DATA", folder.resolve("d").toString())
            .replace("OUT", folder.resolve("out").toString())
            .split(" ");
    var err = new StringWriter();
    return new Cli.Result(Cli.run(new Broken(FULL), err, (Object[]) words), "", err.toString());
  }

  private static String lastLine(String text) {
    return text.lines().toList().getLast() + "\n";
  }

  @Test
  void aReaderThatEndedIsNoErrorAndEndsTheCommand() {
    var closed = new Broken("Broken pipe");
    var err = new StringWriter();
    assertEquals(ExitStatus.READER_ENDED, Cli.run(closed, err, "config", "--describe"));
    assertEquals("", err.toString());
    assertEquals(1, closed.attempts);
  }

  @Test
  void usageAndErrorsKeepTheirStatusWithoutStandardError() {
    assertEquals(2, Cli.run(new StringWriter(), new Broken(FULL), "frobnicate"));
    assertEquals(1, Cli.run(new StringWriter(), new Broken(FULL), "config", "nowhere.yaml"));
  }

  @Test
  void aTrainingIsCompleteWithoutProgressAndReportsOnlyItsLostResults() {
    var demo = Config.load(Path.of("configs/demo.yaml"), List.of());
    var settings = TinyRun.config(folder.resolve("run"), folder.resolve("data"));
    var line = new ArrayList<Object>(List.of("train", "configs/demo.yaml"));
    for (var difference : settings.differencesFrom(demo)) {
      line.addAll(List.of("--set", difference.key() + "=" + difference.value()));
    }
    line.addAll(List.of("--set", "train.maxIters=3"));
    var progress = new Broken("Input/output error"); // a terminal that is gone
    assertEquals(1, Cli.run(new Broken(FULL), progress, line.toArray()));
    assertTrue(progress.attempts > 0);
    assertTrue(Files.exists(Checkpoint.file(folder.resolve("run"), 3)));
  }

  /// With real descriptors. The shell gives the exit status of toco, not that of its reader.
  @ParameterizedTest
  @CsvSource({
    "exec TOCO config --describe >/dev/full,         1, No space left on device",
    "exec TOCO --help >/dev/full,                    1, No space left on device",
    "exec TOCO --version >&-,                        1, it is closed",
    "exec TOCO config >&-,                           1, it is closed",
    "exec TOCO config >/dev/full 2>/dev/full,        1, ",
    "exec TOCO config >&- 2>&-,                      1, ",
    "exec TOCO config nowhere.yaml 2>&-,             1, ",
    "(sleep 3; exec TOCO config --describe) | true,    141, ",
    "(sleep 1; exec TOCO config --json) | (sleep 0.1), 141, ",
    "exec TOCO config --json >/dev/null,             0, ",
  })
  void realDescriptors(String script, int status, String error) throws Exception {
    var java =
        "'%s' --enable-native-access=ALL-UNNAMED -cp '%s' -Dtoco.library='%s' toco.cli.Main"
            .formatted(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                System.getProperty("java.class.path"),
                System.getProperty("toco.library"));
    var errors = folder.resolve("errors");
    var process =
        new ProcessBuilder("bash", "-c", "set -o pipefail; " + script.replace("TOCO", java))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(new File(errors.toString()))
            .start();
    assertEquals(status, process.waitFor(), Files.readString(errors));
    var printed = Files.readString(errors);
    if (error == null) {
      assertEquals("", printed);
    } else {
      assertEquals(1, printed.lines().count(), printed);
      assertTrue(printed.contains(error), printed);
    }
  }
}
