package toco.files;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileLocksTest {
  @TempDir Path folder;

  @Test
  void aFileHasOneHolder() throws IOException {
    var file = folder.resolve("lock");
    try (var first = FileChannel.open(file, CREATE, WRITE);
        var second = FileChannel.open(file, WRITE)) {
      assertEquals(FileLocks.Outcome.HELD, FileLocks.tryLock(first));
      assertEquals(FileLocks.Outcome.TAKEN, FileLocks.tryLock(second));
    }
  }

  /// As Lustre without `flock`, and NFS without its lock service.
  @Test
  void aFileSystemWithoutLocksIsNoFailure() throws IOException {
    var refusing =
        new RefusingFileSystem() {
          @Override
          protected void onLock() throws IOException {
            throw new IOException("No locks available");
          }
        };
    try (var channel = FileChannel.open(refusing.path(folder.resolve("lock")), CREATE, WRITE)) {
      assertEquals(FileLocks.Outcome.UNSUPPORTED, FileLocks.tryLock(channel));
      assertEquals(FileLocks.Outcome.UNSUPPORTED, FileLocks.lock(channel));
    }
  }
}
