package toco.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The cache holds what the jars have, or nothing: whatever is altered, full, forbidden or damaged.
class LibraryCacheTest extends FittingJars {
  private static final Set<String> COMPLETE = Set.of("libtorch-2.7.1-cpu", "shim-prebuilt");
  private static final String CPU = "torch/lib/libtorch_cpu.so";

  private Path library() throws Exception {
    return both.locate().shim().resolveSibling(CPU).toRealPath();
  }

  private static Object inode(Path file) throws IOException {
    return Files.getAttribute(file, "unix:ino");
  }

  @Test
  void aSecondStartWritesNothing() throws Exception {
    var library = library();
    var note = library.resolveSibling("../../unpacked-files");
    var written = Files.getLastModifiedTime(note);
    var inode = inode(note);
    assertEquals(library, library());
    assertEquals(written, Files.getLastModifiedTime(note));
    assertEquals(inode, inode(note));
    assertEquals(COMPLETE, both.cached());
  }

  /// As after `cp -r` or in an image of a container: the same content with other times.
  @Test
  void aFileWithTheSameContentIsKept() throws Exception {
    var library = library();
    var inode = inode(library);
    Files.setLastModifiedTime(library, FileTime.fromMillis(0));
    assertEquals(inode, inode(library()));
    var note = library.resolveSibling("../../unpacked-files");
    var renewed = inode(note);
    library(); // the new times are noted
    assertEquals(renewed, inode(note));
    assertEquals(COMPLETE, both.cached());
  }

  @Test
  void aTruncatedLibraryIsUnpackedAgain() throws Exception {
    var library = library();
    var whole = Files.readString(library);
    Files.writeString(library, whole.substring(0, whole.length() / 2));
    assertEquals(whole, Files.readString(library()));
    Files.delete(library);
    assertEquals(whole, Files.readString(library()));
    assertEquals(COMPLETE, both.cached());
  }

  /// A program can set a file's time of modification back, but not that of its last change.
  @Test
  void anAlteredLibraryOfTheSameSizeAndTimeIsUnpackedAgain() throws Exception {
    var library = library();
    var whole = Files.readString(library);
    var time = Files.getLastModifiedTime(library);
    var inode = inode(library);
    FakeJars.alter(library, "2.7.1", "2.7.2");
    Files.setLastModifiedTime(library, time);
    assertEquals(inode, inode(library));
    assertNotEquals(whole, Files.readString(library));
    assertEquals(whole, Files.readString(library()));
    assertEquals(COMPLETE, both.cached());
  }

  @Test
  void anAlteredShimNoteOrLinkIsRepaired() throws Exception {
    var shim = both.locate().shim();
    FakeJars.alter(shim, "2.7.1", "6.6.6");
    assertEquals("shim for 2.7.1", Files.readString(both.locate().shim()));
    Files.writeString(shim.resolveSibling("unpacked-files"), "");
    assertEquals("shim for 2.7.1", Files.readString(both.locate().shim()));
    var link = shim.resolveSibling("torch/lib");
    Files.delete(link);
    library();
    Files.delete(link);
    Files.createSymbolicLink(link, folder);
    library();
    assertEquals(COMPLETE, both.cached());
  }

  /// Of a process that was killed after it had renamed the new folder.
  @Test
  void litterIsDeletedWhileNobodyUnpacks() throws Exception {
    library();
    var litter = both.cache().resolve(".unpacking-1-2");
    Files.createDirectories(litter.resolve("torch/lib"));
    var lock = both.cache().resolve(".unpacking.lock");
    try (var channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
      channel.lock();
      library();
      assertTrue(Files.exists(litter), "another process's folder was deleted");
    }
    library();
    assertEquals(COMPLETE, both.cached());
  }

  /// What other jars hold goes to another folder.
  @Test
  void anotherContentHasAnotherFolder() throws Exception {
    var first = library();
    var other =
        FakeJars.libTorch(
            folder.resolve("other.jar"),
            "2.7.1",
            "cpu",
            "linux-x86_64",
            "another build".getBytes(StandardCharsets.UTF_8));
    var second = empty.with(other, natives).locate();
    assertNotEquals(first, second.shim().resolveSibling(CPU).toRealPath());
    assertEquals(first, library());
  }

  @Test
  void anAlteredLibraryInTheJarIsRefused() throws Exception {
    FakeJars.alter(libTorch, "libtorch_cpu of 2.7.1", "libtorch_cpu of 2.7.2");
    both.refused("pytorch/cpu/linux-x86_64/libtorch_cpu.so in " + libTorch, "is damaged");
    assertEquals(Set.of(), both.cached());
  }

  /// Its checksum is right, but the library ends before its segments do.
  @Test
  void aTruncatedLibraryInTheJarIsRefused() throws Exception {
    var half = ByteBuffer.allocate(200).order(ByteOrder.LITTLE_ENDIAN);
    half.putInt(0, 0x464C457F).putShort(4, (short) 0x0102);
    half.putLong(0x20, 64).putShort(0x36, (short) 56).putShort(0x38, (short) 1);
    half.putLong(64 + 32, 1_000_000); // the size of the segment
    FakeJars.libTorch(libTorch, "2.7.1", "cpu", "linux-x86_64", half.array());
    both.refused("libtorch_cpu.so in " + libTorch, "the library ends too early");
    assertEquals(Set.of(), both.cached());
  }

  @Test
  void aShimThatDiffersFromItsHashIsRefused() throws Exception {
    var jar = folder.resolve("wrong.jar");
    var shim = "a shim".getBytes(StandardCharsets.UTF_8);
    FakeJars.natives(jar, "2.7.1", "linux-x86_64", ShimHeader.hash(), shim, "0".repeat(64));
    var wrong = empty.with(libTorch, jar);
    wrong.refused("libtoco_torch.so in " + jar, "SHA-256", "let Maven download it again");
    assertEquals(Set.of("libtorch-2.7.1-cpu"), both.cached());
  }

  /// Java ignores such a jar: without a check, another LibTorch would be installed.
  @Test
  void aTruncatedJarIsRefused() throws Exception {
    var bytes = Files.readAllBytes(libTorch);
    var jar = folder.resolve("pytorch-native-cpu-2.7.1.jar");
    Files.write(jar, Arrays.copyOf(bytes, bytes.length / 2));
    var classPath = folder.resolve("absent.jar") + ":" + jar;
    var properties = Map.of("java.class.path", classPath);
    var problem =
        assertThrows(LibraryException.class, () -> both.locate(SearchFixture.LINUX, properties));
    SearchFixture.said(problem, jar + " on the class path is damaged", "delete it");
    ClassPathFiles.requireWholeJars(libTorch + ":" + folder.resolve("absent.jar"));
  }

  @Test
  void aCacheThatCannotBeWrittenIsNamed() throws Exception {
    var file = Files.createFile(folder.resolve("file"));
    both.with("XDG_CACHE_HOME", file).refused("into the cache " + file, "set XDG_CACHE_HOME");
  }

  /// Mounts need rights that not every machine gives.
  private void mounted(String options, ThrowingCheck check) throws Exception {
    var disk = Files.createDirectories(folder.resolve("disk"));
    var mount = new ProcessBuilder("mount", "-t", "tmpfs", "-o", options, "none", disk.toString());
    assumeTrue(Files.isWritable(Path.of("/")) && mount.start().waitFor() == 0, "not root");
    try {
      check.on(disk);
    } finally {
      assertEquals(0, new ProcessBuilder("umount", disk.toString()).start().waitFor());
    }
  }

  private interface ThrowingCheck {
    void on(Path disk) throws Exception;
  }

  @Test
  void aReadOnlyCacheIsUsedIfItIsComplete() throws Exception {
    mounted(
        "size=1m",
        disk -> {
          var cached = both.with("XDG_CACHE_HOME", disk);
          var shim = cached.locate().shim();
          remount(disk);
          assertEquals(shim, cached.locate().shim());
        });
    mounted(
        "size=1m,ro",
        disk ->
            both.with("XDG_CACHE_HOME", disk)
                .refused(disk + "/toco", "Read-only", "make it writable", "set XDG_CACHE_HOME"));
  }

  private static void remount(Path disk) throws Exception {
    var command = new ProcessBuilder("mount", "-o", "remount,ro", disk.toString());
    assertEquals(0, command.start().waitFor());
  }

  /// First the disk has not enough space, then less than it says.
  @Test
  void aFullDiskIsNamedAndKeepsNothing() throws Exception {
    FakeJars.libTorch(libTorch, "2.7.1", "cpu", "linux-x86_64", new byte[1 << 20]);
    mounted(
        "size=900k",
        disk -> {
          both.with("XDG_CACHE_HOME", disk)
              .refused("No space left", "free 2 MB there", "set XDG_CACHE_HOME");
          try (var files = Files.walk(disk)) {
            assertTrue(files.noneMatch(file -> file.toString().contains("libtorch")));
          }
        });
    mounted(
        "size=4m,nr_inodes=6",
        disk -> {
          both.with("XDG_CACHE_HOME", disk).refused("No space left", "free 2 MB there");
          try (var files = Files.walk(disk)) {
            assertTrue(files.noneMatch(file -> file.toString().contains("libtorch")));
          }
        });
  }
}
