package toco.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path folder;

  /// What Java throws of a full disk names no file; of other failures it names the temporary one.
  @Test
  void aFailureNamesTheTargetAndLeavesTheOldFileAlone() throws IOException {
    var target = Files.writeString(folder.resolve("a.txt"), "old");
    for (var cause :
        List.of(
            new IOException("No space left on device"),
            new FileSystemException(folder.resolve(".a.tmp").toString(), null, "Read-only"),
            new AccessDeniedException(folder.resolve(".a.tmp").toString()))) {
      var thrown =
          assertThrows(
              FileSystemException.class,
              () ->
                  AtomicFile.write(
                      target,
                      _ -> {
                        throw cause;
                      }));
      assertEquals(target.toString(), thrown.getFile());
      assertEquals(IoReason.of(cause), IoReason.of(thrown));
      assertEquals(cause, thrown.getCause());
    }
    assertEquals("old", Files.readString(target));
    try (var all = Files.list(folder)) {
      assertEquals(List.of(target), all.toList(), "no temporary file");
    }
  }

  @Test
  void aNameCanBeAsLongAsNamesCanBe() throws IOException {
    for (var name : List.of("x".repeat(255), "\u00fc".repeat(127), "\uD83D\uDE00".repeat(63))) {
      AtomicFile.write(folder.resolve(name), new byte[] {7});
      assertArrayEquals(new byte[] {7}, Files.readAllBytes(folder.resolve(name)));
    }
  }

  @Test
  void aReasonIsTextWithoutTheFilesName() {
    assertEquals("there is no such file or folder", IoReason.of(new NoSuchFileException("a")));
    assertEquals("permission denied", IoReason.of(new AccessDeniedException("a")));
    assertEquals("Read-only", IoReason.of(new FileSystemException("a", null, "Read-only")));
    assertEquals("cut off", IoReason.of(new IOException("cut off")));
    assertEquals("java.io.IOException", IoReason.of(new IOException()));
  }
}
