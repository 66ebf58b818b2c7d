package toco.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.config.Config;

class RunFolderTest {
  @TempDir Path folder;

  @Test
  void aFileInPlaceOfTheFolderIsNamed() throws IOException {
    var file = Files.writeString(folder.resolve("notes"), "text");
    assertEquals(
        "the run folder %s is a file; choose another folder with --set run.dir=…".formatted(file),
        refusal(file));
    var inFile = file.resolve("run");
    assertEquals(
        "cannot create the run folder %s: Not a directory".formatted(inFile), refusal(inFile));
    assertEquals("text", Files.readString(file));
  }

  private static String refusal(Path dir) {
    var config = Config.load(Path.of("configs/demo.yaml"), List.of("run.dir=" + dir));
    return String.valueOf(
        assertThrows(RunException.class, () -> RunFolder.create(config)).getMessage());
  }
}
