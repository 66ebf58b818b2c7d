package toco.download;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.files.RefusingFileSystem;

/// Disks that are full, and file systems without locks.
class FullDiskTest {
  @TempDir Path folder;

  private static final DownloadProgress SILENT =
      new DownloadProgress() {
        @Override
        public void onBytes(String name, long done, long total) {}

        @Override
        public void onMessage(String line) {}
      };

  private static Fetched fetch(Source source, Path target) {
    return new Download(Map.of(), Map.of(), Download.Timing.USUAL).fetch(source, target, SILENT);
  }

  private static String failure(Source source, Path target) {
    return String.valueOf(
        assertThrows(DownloadException.class, () -> fetch(source, target)).getMessage());
  }

  /// The system says so only when bytes are written, as with a quota.
  @Test
  void whatFitsIsKeptAndTheLineSaysHowMuchIsMissing() throws IOException {
    var content = new byte[1_000_000];
    content[999_999] = 1;
    var full =
        new RefusingFileSystem() {
          @Override
          protected void onWrite(long position) throws IOException {
            if (position >= 300_000) {
              throw new IOException("No space left on device");
            }
          }
        };
    var target = folder.resolve("net.bin");
    try (var server = new FileServer().with("/net.bin", content)) {
      var source = Source.of(server.url("/net.bin"));
      var message = failure(source, full.path(target));
      var kept = Files.size(folder.resolve("net.bin.part"));
      assertTrue(kept >= 300_000 && kept < 1_000_000, "kept " + kept);
      assertEquals(
          "cannot write %s.part: No space left on device at %s, %s are missing; free some space and"
                  .formatted(target, ByteCount.of(kept), ByteCount.of(1_000_000 - kept))
              + " run again, which resumes",
          message);
      fetch(source, target);
      assertArrayEquals(content, Files.readAllBytes(target));
      assertEquals("bytes=%s-".formatted(kept), server.header("Range").getLast());
    }
  }

  /// A file of an exabyte fits on no disk of today.
  @Test
  void aFileThatCannotFitIsRefusedBeforeItsFirstByte() throws IOException {
    try (var server = new FileServer()) {
      server.failing((exchange, _) -> {
        exchange.sendResponseHeaders(200, 1_000_000_000_000_000_000L);
        exchange.getResponseBody().write(new byte[100]);
        exchange.getResponseBody().flush();
      });
      var message = failure(Source.of(server.url("/net.bin")), folder.resolve("net.bin"));
      assertTrue(
          message.startsWith("the disk has no room for net.bin: 1000000000.00 GB are needed, "),
          message);
      try (var files = Files.list(folder)) {
        assertEquals(List.of(), files.toList());
      }
    }
  }

  @Test
  void aFileSystemWithoutLocksWillDo() throws IOException {
    var content = new byte[] {1, 2, 3};
    var refusing =
        new RefusingFileSystem() {
          @Override
          protected void onLock() throws IOException {
            throw new IOException("No locks available");
          }
        };
    try (var server = new FileServer().with("/net.bin", content)) {
      fetch(Source.of(server.url("/net.bin")), refusing.path(folder.resolve("net.bin")));
    }
    assertArrayEquals(content, Files.readAllBytes(folder.resolve("net.bin")));
  }
}
