package toco.files;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GitCommitTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  @TempDir Path folder;

  @Test
  void theCommitIsFoundPackedLooseAndDetachedAndElseThereIsNone() throws IOException {
    assertEquals(Optional.empty(), GitCommit.of(folder));
    var heads = Files.createDirectories(folder.resolve(".git/refs/heads"));
    var head = folder.resolve(".git/HEAD");
    Files.writeString(head, "ref: refs/heads/main\n");
    assertEquals(Optional.empty(), GitCommit.of(folder)); // no commit yet
    Files.writeString(
        folder.resolve(".git/packed-refs"), "# pack-refs\n" + COMMIT + " refs/heads/main\n");
    assertEquals(Optional.of(COMMIT), GitCommit.of(folder));
    var newer = COMMIT.replace('0', '9');
    Files.writeString(heads.resolve("main"), newer + "\n");
    assertEquals(Optional.of(newer), GitCommit.of(folder));
    Files.writeString(head, COMMIT + "\n");
    assertEquals(Optional.of(COMMIT), GitCommit.of(folder));
  }
}
