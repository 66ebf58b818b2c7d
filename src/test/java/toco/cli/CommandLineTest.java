package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.files.Json;
import toco.image.Resources;

class CommandLineTest {

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "frobnicate",
        "train",
        "train --foo",
        "eval config.yaml",
        "eval",
        "eval",
        "eval c.yaml --checkpoint x --protocol cityscapes",
        "eval merge",
        "report",
        "report run --images many",
        "reproduce",
        "reproduce voc-swin-b",
        "reproduce voc-deit-b --dry-run --data voc",
        "parity",
        "data",
        "data check",
        "data labels",
        "data labels out.npy",
        "data labels out.npy --csv a.csv --masks b",
        "data synthetic",
        "data synthetic out --variant gaudy",
        "data synthetic out --seed x",
        "data preview config.yaml",
        "data preview config.yaml --out p --samples many",
        "bench",
        "crf --image a.png",
        "crf --image a.png --prob p.npy --preset strong",
        "bench crf --rounds few",
        "bench gpu --only speed",
        "demo --seed 1.5",
        "doctor now"
      })
  void wrongUsageIsOneLineThatPointsToHelpAndStatus2(String line) {
    var result = Cli.run((Object[]) line.split(" "));
    assertEquals(2, result.status());
    assertEquals("", result.out());
    assertOneLine(result.err(), "--help");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "train",
        "eval",
        "eval merge",
        "report",
        "reproduce",
        "parity",
        "data",
        "data check",
        "data labels",
        "data synthetic",
        "data preview",
        "doctor",
        "bench",
        "bench ops",
        "bench crf",
        "crf",
        "bench scores",
        "bench gpu",
        "demo",
        "config"
      })
  void everyCommandHasHelpWithAnExample(String line) {
    var result = Cli.run((Object[]) (line + " --help").split(" "));
    assertEquals(0, result.status());
    assertTrue(result.out().contains("  toco " + line), result.out());
    assertTrue(result.out().contains("Exit status:"), result.out());
    assertEquals("", result.err());
  }

  @Test
  void withoutACommandTheCommandsAreListed() {
    var result = Cli.run();
    assertEquals(2, result.status());
    for (var command :
        List.of("demo", "train", "eval", "report", "parity", "data", "doctor", "bench")) {
      assertTrue(result.err().contains("  " + command + " "), command);
    }
  }

  @Test
  void versionNamesToCoLibTorchAndJdk() {
    var result = Cli.run("--version");
    assertEquals(0, result.status());
    assertTrue(result.out().matches("(?s)toco .*\nLibTorch \\d.*\nJDK \\d+.*\n"), result.out());
  }

  @Test
  void anUnknownKeyIsNamed() throws IOException {
    var config = Files.writeString(folder.resolve("c.yaml"), "train:\n  maxIter: 3\n");
    assertFails("train.maxIters", "train", config);
    assertFails("train.maxIters", "train", config, "--set", "train.maxIter=3");
  }

  @Test
  void aMissingConfigurationFileIsNamed() {
    assertFails("nowhere.yaml", "train", folder.resolve("nowhere.yaml"));
    assertFails("nowhere.yaml", "eval", folder.resolve("nowhere.yaml"), "--checkpoint", "x");
    assertFails("nowhere.yaml", "config", folder.resolve("nowhere.yaml"));
  }

  @Test
  void aMissingDataRootIsNamedAndNoRunFolderMade() {
    var run = folder.resolve("run");
    assertFails(
        "data.root",
        "train",
        config("voc_mini.yaml"),
        "--set",
        "data.root=" + folder.resolve("nowhere"),
        "--set",
        "run.dir=" + run);
    assertFalse(Files.exists(run));
  }

  @Test
  void aPictureIsNoCheckpoint() {
    var voc = Resources.path("data/photos");
    var jpeg = voc.resolve("JPEGImages/astronaut.jpg");
    var result =
        assertFails(
            "astronaut.jpg",
            "eval",
            config("voc_mini.yaml"),
            "--set",
            "data.root=" + voc,
            "--checkpoint",
            jpeg);
    assertTrue(result.err().contains("JPEG"), result.err());
  }

  @Test
  void resumingNeedsARun() {
    assertFails("nowhere", "train", "--resume", folder.resolve("nowhere"));
    assertFails(folder.toString(), "train", "--resume", folder);
  }

  @Test
  void aReportNeedsARun() {
    assertFails("nowhere", "report", folder.resolve("nowhere"));
    assertFails("config.yaml", "report", folder);
  }

  @Test
  void aFolderOfOtherFilesIsNotOverwritten() throws IOException {
    Files.writeString(folder.resolve("notes.txt"), "mine");
    assertFails(folder.toString(), "data", "synthetic", folder);
    assertEquals("mine", Files.readString(folder.resolve("notes.txt")));
  }

  @Test
  void theStackTraceIsShownOnRequestOnly() {
    var missing = folder.resolve("nowhere.yaml");
    assertFalse(Cli.run("config", missing).err().contains("\tat "));
    assertTrue(Cli.run("config", missing, "--stacktrace").err().contains("\tat "));
  }

  @Test
  void configPrintsWhatReadsBackEqual() throws IOException {
    var printed = Cli.run("config", config("demo.yaml"), "--set", "train.maxIters=77");
    assertEquals(0, printed.status());
    assertTrue(printed.out().contains("maxIters: 77"));
    var file = Files.writeString(folder.resolve("printed.yaml"), printed.out());
    assertEquals(printed.out(), Cli.run("config", file).out());
    assertTrue(Cli.run("config", "--describe").out().contains("loss.ptcWeight"));
    assertTrue(Json.MAPPER.readTree(Cli.run("config", "--json").out()).has("train"));
  }

  @Test
  void syntheticDataIsWrittenOnceAndThenFound() {
    Object[] line = {"data", "synthetic", folder, "--train", 2, "--val", 1, "--test", 1};
    var first = Cli.run(line);
    assertEquals(0, first.status(), first.err());
    assertTrue(first.out().startsWith("wrote "), first.out());
    assertTrue(Cli.run(line).out().startsWith("found complete"));
  }

  @Test
  void doctorPrintsOneObject() {
    var result = Cli.run("doctor", "--json");
    var json = Json.MAPPER.readTree(result.out());
    assertEquals(json.get("ok").booleanValue() ? 0 : 1, result.status());
    assertTrue(json.get("checks").size() > 5);
  }

  private static Path config(String name) {
    return Path.of(System.getProperty("toco.home"), "configs", name);
  }

  private static Cli.Result assertFails(String named, Object... args) {
    var result = Cli.run(args);
    assertEquals(1, result.status(), result.err());
    assertEquals("", result.out());
    assertOneLine(result.err(), named);
    return result;
  }

  private static void assertOneLine(String err, String named) {
    assertEquals(1, err.lines().count(), err);
    assertTrue(err.startsWith("toco: error: "), err);
    assertTrue(err.contains(named), err);
  }
}
