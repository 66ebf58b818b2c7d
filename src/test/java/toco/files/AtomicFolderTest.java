package toco.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFolderTest {
  @TempDir Path folder;

  private static void two(Path into) throws IOException {
    Files.writeString(into.resolve("a"), "1");
    Files.writeString(into.resolve("b"), "2");
  }

  @Test
  void aNewFolderAndAnEmptyOneGetTheFiles() throws IOException {
    var isNew = folder.resolve("deep/er/new");
    AtomicFolder.write(isNew, AtomicFolderTest::two);
    assertEquals("2", Files.readString(isNew.resolve("b")));
    var empty = Files.createDirectory(folder.resolve("empty"));
    AtomicFolder.write(empty, AtomicFolderTest::two);
    assertEquals("1", Files.readString(empty.resolve("a")));
    assertEquals(List.of("deep", "empty"), names(folder));
  }

  @Test
  void aFailureLeavesNothing() throws IOException {
    var target = folder.resolve("new");
    var full = new IOException("No space left on device");
    var thrown =
        assertThrows(
            IOException.class,
            () ->
                AtomicFolder.write(
                    target,
                    into -> {
                      two(into);
                      throw full;
                    }));
    assertEquals(full, thrown);
    assertEquals(List.of(), names(folder));
  }

  @Test
  void whatIsThereIsNotTouched() throws IOException {
    var full = Files.createDirectory(folder.resolve("full"));
    Files.writeString(full.resolve("README.md"), "mine");
    var file = Files.writeString(folder.resolve("file"), "mine");
    var link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nowhere"));
    assertEquals("is a folder that is not empty", refusal(full));
    assertEquals("is a file, expected a new folder", refusal(file));
    assertEquals("is a link, expected a new folder", refusal(link));
    assertEquals("mine", Files.readString(full.resolve("README.md")));
    assertEquals("mine", Files.readString(file));
    assertFalse(Files.exists(link));
  }

  /// Another program may have filled it meanwhile.
  @Test
  void aFolderThatFillsWhileItIsWrittenKeepsItsFiles() throws IOException {
    var target = folder.resolve("new");
    var thrown =
        assertThrows(
            FileSystemException.class,
            () ->
                AtomicFolder.write(
                    target,
                    into -> {
                      two(into);
                      Files.createDirectory(target);
                      Files.writeString(target.resolve("theirs"), "x");
                    }));
    assertEquals(target.toString(), thrown.getFile());
    assertEquals(List.of("theirs"), names(target));
    assertEquals(List.of("new"), names(folder));
  }

  @Test
  void theWorkingDirectoryIsRefused() {
    var thrown =
        assertThrows(
            FileSystemException.class,
            () -> AtomicFolder.write(Path.of(""), AtomicFolderTest::two));
    assertTrue(String.valueOf(thrown.getReason()).startsWith("is "), thrown.getReason());
  }

  private static String refusal(Path target) {
    return String.valueOf(
        assertThrows(
                FileSystemException.class, () -> AtomicFolder.write(target, AtomicFolderTest::two))
            .getReason());
  }

  private static List<String> names(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
