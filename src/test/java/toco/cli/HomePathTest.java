package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.files.UserPath;

/// `~` in options and in the configuration, where no shell replaces it.
class HomePathTest {
  private static final Path HOME = UserPath.homeFolder().orElseThrow();

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "config ~/no-such-file",
        "train ~/no-such-file",
        "train --resume=~/no-such-file",
        "data check ~/no-such-file",
        "checkpoint inspect ~/no-such-file",
        "checkpoint diff ~/no-such-file ~/no-such-file",
        "checkpoint average ~/no-such-file ~/no-such-file --out=~/no-such-result.pth",
        "eval merge ~/no-such-file",
        "infer seg configs/demo.yaml --checkpoint=~/no-such-file --images=. --out=~/no-such-result",
        "report ~/no-such-file",
        "parity ~/no-such-file"
      })
  void everyPathOnTheCommandLine(String line) {
    var result = Cli.run((Object[]) line.split(" "));
    assertEquals(1, result.status(), result.err());
    assertTrue(result.err().contains(HOME.resolve("no-such-file").toString()), result.err());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run.dir",
        "data.root",
        "data.imageDir",
        "data.maskDir",
        "data.trainList",
        "data.testList",
        "data.labels",
        "data.valLabels",
        "model.pretrained"
      })
  void everyPathInTheConfiguration(String key) throws IOException {
    var expected = key.replaceFirst(".*\\.", "") + ": " + HOME.resolve("some/folder");
    var section = key.replace(".", ":\n  ");
    var file = Files.writeString(folder.resolve("c.yaml"), section + ": ~/some/folder\n");
    for (var result :
        new Cli.Result[] {
          Cli.run("config", file), Cli.run("config", "--set", key + "=~/some/folder")
        }) {
      assertEquals(0, result.status(), result.err());
      assertTrue(result.out().contains(expected), result.out());
    }
    var other = Cli.run("config", "--set", key + "=./~/folder");
    assertTrue(other.out().contains("./~/folder"), other.out());
  }

  @Test
  void anotherUsersHomeIsOneLine() {
    var option = Cli.run("config", "~nobody-here/c.yaml");
    assertEquals(2, option.status());
    assertTrue(option.err().contains("only ~ and ~/ are replaced"), option.err());
    var key = Cli.run("config", "--set", "run.dir=~nobody-here/run");
    assertEquals(1, key.status());
    assertTrue(
        key.err().startsWith("toco: error: --set run.dir=~nobody-here/run: run.dir: '~nobody-here"),
        key.err());
    var data = Cli.run("config", "--set", "data.labels=~nobody-here/run");
    assertTrue(data.err().contains("data.labels: '~nobody-here"), data.err());
    var script =
        Cli.run(
            "config",
            "--set",
            "model.backbone=custom",
            "--set",
            "model.encoder=script:~nobody-here/encoder.ts");
    assertTrue(script.err().contains("model.encoder: '~nobody-here"), script.err());
    assertEquals(1, script.err().lines().count());
  }
}
