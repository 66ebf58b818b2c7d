package toco.files;

import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/// Content that grows during a long work and gets its place when it is complete. On Unix it has no
/// name, so nothing is left of it however the process ends.
public final class Spool implements AutoCloseable {
  private final FileChannel channel;
  private final OutputStream out;

  private Spool(FileChannel channel) {
    this.channel = channel;
    out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
  }

  /// @param folder exists; on the disk of the place where the content will go
  /// @throws IOException if no file can be created there
  public static Spool in(Path folder) throws IOException {
    var file = Files.createTempFile(folder, ".toco", ".tmp");
    return new Spool(FileChannel.open(file, READ, WRITE, DELETE_ON_CLOSE));
  }

  /// Where to append; closing the spool closes it.
  public OutputStream out() {
    return out;
  }

  /// Copies everything that was appended.
  public void copyTo(WritableByteChannel target) throws IOException {
    out.flush();
    long size = channel.size();
    for (long at = 0; at < size; ) {
      at += channel.transferTo(at, size - at, target);
    }
  }

  /// Drops the content.
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
