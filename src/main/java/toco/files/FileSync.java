package toco.files;

import static java.nio.file.StandardOpenOption.READ;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;

/// Flushes files to the disk, as far as their file system can: some network and FUSE file systems
/// have no such operation.
public final class FileSync {
  /// EINVAL, ENOTSUP and ENOSYS; all others, such as a full disk, say that bytes were lost.
  private static final List<String> UNSUPPORTED =
      List.of("Invalid argument", "not supported", "not implemented", "Not supported");

  private FileSync() {}

  /// Flushes a file's bytes and size.
  ///
  /// @throws IOException if they cannot be written; not if the file system cannot flush
  public static void force(FileChannel channel) throws IOException {
    try {
      channel.force(true);
    } catch (IOException e) {
      var reason = IoReason.of(e);
      if (UNSUPPORTED.stream().noneMatch(reason::contains)) {
        throw e;
      }
    }
  }

  /// Flushes a folder's names. Its files are whole without it; only after a power failure may the
  /// newest names be missing.
  static void forceNames(Path folder) {
    try (var channel = FileChannel.open(folder, READ)) {
      channel.force(true);
    } catch (IOException e) {
      // refused by many file systems
    }
  }
}
