package toco.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.CopyOption;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  private List<String> names() throws IOException {
    try (var all = Files.list(folder)) {
      return all.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static void writeTwice(Path target) throws IOException {
    AtomicFile.write(target, "old".getBytes());
    AtomicFile.writeDurably(target, channel -> channel.write(ByteBuffer.wrap("new".getBytes())));
    assertEquals("new", Files.readString(target));
  }

  /// EINVAL, ENOTSUP and ENOSYS as CIFS and FUSE give them.
  @ParameterizedTest
  @ValueSource(
      strings = {"Invalid argument", "Operation not supported", "Function not implemented"})
  void aFileSystemThatCannotFlushIsWritten(String reason) throws IOException {
    writeTwice(
        new RefusingFileSystem() {
          @Override
          protected void onForce() throws IOException {
            throw new IOException(reason);
          }
        }.path(folder.resolve("a")));
    assertEquals(List.of("a"), names());
  }

  @Test
  void aFolderThatCannotBeOpenedIsWritten() throws IOException {
    writeTwice(
        new RefusingFileSystem() {
          @Override
          protected void onOpenFolder() throws IOException {
            throw new AccessDeniedException("folder");
          }
        }.path(folder.resolve("a")));
  }

  /// NFS reports a full disk only when it flushes.
  @Test
  void aFullDiskThatShowsInTheFlushIsAFailure() throws IOException {
    var target = Files.writeString(folder.resolve("a"), "old");
    var full =
        new RefusingFileSystem() {
          @Override
          protected void onForce() throws IOException {
            throw new IOException("No space left on device");
          }
        };
    var thrown =
        assertThrows(IOException.class, () -> AtomicFile.writeDurably(full.path(target), _ -> {}));
    assertTrue(String.valueOf(thrown.getMessage()).contains("No space left"));
    assertEquals("old", Files.readString(target));
    assertEquals(List.of("a"), names());
  }

  /// A rename that is not atomic, and one that does not replace.
  @Test
  void aFileSystemWithoutReplacingRenamesIsWritten() throws IOException {
    for (var refusal :
        List.of(
            new AtomicMoveNotSupportedException("a", "b", "Invalid cross-device link"),
            new FileSystemException("a", "b", "File exists"))) {
      writeTwice(
          new RefusingFileSystem() {
            @Override
            protected void onMove(Path from, Path to, Set<CopyOption> options) throws IOException {
              if (options.contains(StandardCopyOption.ATOMIC_MOVE) || Files.exists(to)) {
                throw refusal;
              }
            }
          }.path(folder.resolve("a")));
      assertEquals(List.of("a"), names());
    }
  }

  @Test
  void aRenameThatIsAlwaysRefusedLeavesTheOldFile() throws IOException {
    var target = Files.writeString(folder.resolve("a"), "old");
    var refusing =
        new RefusingFileSystem() {
          @Override
          protected void onMove(Path from, Path to, Set<CopyOption> options) throws IOException {
            if (to.endsWith("a") && !from.toString().endsWith(".old")) {
              throw new FileSystemException("a", "b", "refused");
            }
          }
        };
    var thrown =
        assertThrows(
            IOException.class, () -> AtomicFile.write(refusing.path(target), "new".getBytes()));
    assertEquals(target + ": refused", thrown.getMessage());
    assertEquals("old", Files.readString(target));
    assertEquals(List.of("a"), names());
  }

  @Test
  void aLinkStaysAndItsTargetIsWritten() throws IOException {
    var elsewhere = Files.createDirectories(folder.resolve("x/y"));
    var file = elsewhere.resolve("file");
    Files.createSymbolicLink(folder.resolve("two"), Path.of("x/y/one"));
    var one = Files.createSymbolicLink(elsewhere.resolve("one"), Path.of("file"));
    for (var content : List.of("first", "second")) { // at first the link is dangling
      AtomicFile.write(folder.resolve("two"), content.getBytes());
      assertEquals(content, Files.readString(file));
      assertTrue(Files.isSymbolicLink(one) && Files.isSymbolicLink(folder.resolve("two")));
    }
    Files.createSymbolicLink(folder.resolve("loop"), Path.of("loop"));
    var thrown =
        assertThrows(
            IOException.class, () -> AtomicFile.write(folder.resolve("loop"), new byte[1]));
    assertTrue(String.valueOf(thrown.getMessage()).contains("loop"), thrown.getMessage());
  }

  /// 255 bytes are allowed in most file systems, here of 85 characters.
  @Test
  void theLongestNameIsWritten() throws IOException {
    var name = "写".repeat(85);
    writeTwice(folder.resolve(name));
    assertEquals(List.of(name), names());
    var thrown =
        assertThrows(
            IOException.class, () -> AtomicFile.write(folder.resolve(name + "x"), new byte[1]));
    assertTrue(String.valueOf(thrown.getMessage()).startsWith(folder.resolve(name) + "x: "));
  }

  @Test
  void devicesAndFoldersAreNotReplaced() throws IOException {
    var device =
        assertThrows(IOException.class, () -> AtomicFile.write(Path.of("/dev/null"), new byte[1]));
    assertEquals("/dev/null: is a device or pipe, expected a file's name", device.getMessage());
    var link = Files.createSymbolicLink(folder.resolve("null"), Path.of("/dev/null"));
    assertThrows(IOException.class, () -> AtomicFile.write(link, new byte[1]));
    assertTrue(Files.exists(Path.of("/dev/null")) && !Files.isRegularFile(Path.of("/dev/null")));
    var thrown = assertThrows(IOException.class, () -> AtomicFile.write(folder, new byte[1]));
    assertEquals(folder + ": is a folder, expected a file's name", thrown.getMessage());
  }
}
