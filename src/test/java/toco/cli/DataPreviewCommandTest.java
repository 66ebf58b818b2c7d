package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataPreviewCommandTest {
  private static final Path DEMO = Path.of(System.getProperty("toco.home"), "configs", "demo.yaml");

  @TempDir Path folder;

  private Cli.Result preview(Object... more) {
    var line =
        new ArrayList<Object>(
            List.of(
                "data",
                "preview",
                DEMO,
                "--out",
                folder.resolve("out"),
                "--set",
                "data.root=" + folder.resolve("data"),
                "--set",
                "data.synthetic.trainImages=3",
                "--set",
                "data.synthetic.valImages=1",
                "--set",
                "data.synthetic.testImages=1",
                "--set",
                "train.samplesPerProcess=3"));
    line.addAll(List.of(more));
    return Cli.run(line.toArray());
  }

  @Test
  void thePageIsNamedAndNotOverwrittenUnlessForced() {
    var result = preview("--samples", 2);
    assertEquals(0, result.status(), result.err());
    assertEquals("wrote %s: 2 samples\n".formatted(folder.resolve("out/index.html")), result.out());
    var again = preview();
    assertEquals(1, again.status());
    assertTrue(again.err().contains("--force"), again.err());
    assertEquals(0, preview("--force").status());
  }

  @Test
  void unreadableSamplesAreNamedAtTheEndWithStatus1() throws IOException {
    preview();
    for (var name : new String[] {"train_00000", "train_00002"}) {
      Files.write(folder.resolve("data/JPEGImages/" + name + ".jpg"), new byte[] {1});
    }
    var result = preview("--force");
    assertEquals(1, result.status());
    assertTrue(Files.exists(folder.resolve("out/index.html")));
    assertEquals(1, result.err().lines().count(), result.err());
    assertTrue(result.err().contains("2 of 3 samples cannot be read: train_0000"), result.err());
    assertTrue(
        result.err().contains("train_00000") && result.err().contains("train_00002"), result.err());
  }

  @Test
  void aWebPageIsNoCheckpointAndNothingIsWritten() throws IOException {
    var page = Files.writeString(folder.resolve("weights.pth"), "<!DOCTYPE html><html></html>");
    var result = preview("--checkpoint", page);
    assertEquals(1, result.status());
    assertTrue(result.err().contains("weights.pth"), result.err());
    assertTrue(Files.notExists(folder.resolve("out")));
  }
}
