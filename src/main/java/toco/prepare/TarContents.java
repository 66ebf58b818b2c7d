package toco.prepare;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import toco.files.TarGz;

/// A tar archive, compressed with gzip or not.
record TarContents(Path file) implements Contents {
  private static final int GZIP_MAGIC = 0x1F8B;
  private static final int BLOCK = 512; // of zeros ends a tar archive

  @Override
  public void forEach(Visitor visitor) {
    var last = "before its first file";
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      try (var bytes = stream(channel);
          var in = new TarArchiveInputStream(bytes)) {
        int ordinal = 0;
        for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
          if (!entry.isDirectory()) {
            visitor.on(member(entry, ordinal++, in));
          }
          last = "after %s (byte %s)".formatted(entry.getName(), channel.position());
        }
        requireEnd(bytes, channel);
      } catch (IOException | IllegalArgumentException e) { // the latter for some headers
        throw damaged(last, e);
      }
    } catch (IOException e) {
      throw damaged(last, e);
    }
  }

  private Member member(TarArchiveEntry entry, int ordinal, InputStream in) {
    return new Member(
        this,
        path(entry.getName()),
        ordinal,
        entry.getSize(),
        TarGz.isPlain(entry),
        -1,
        () -> new Entry(in));
  }

  /// Nothing else tells that an archive was cut off between two files.
  private static void requireEnd(InputStream bytes, FileChannel channel) throws IOException {
    bytes.transferTo(OutputStream.nullOutputStream()); // gzip has a checksum at its end
    if (bytes instanceof BufferedInputStream) {
      return;
    }
    var last = ByteBuffer.allocate(BLOCK);
    channel.read(last, Math.max(0, channel.size() - BLOCK));
    if (!Arrays.equals(last.array(), new byte[BLOCK])) {
      throw new EOFException("it is cut off");
    }
  }

  /// Skipping the content of an archive that is not compressed seeks.
  private static InputStream stream(FileChannel channel) throws IOException {
    var in = Channels.newInputStream(channel);
    int magic = in.read() << 8 | in.read();
    channel.position(0);
    return magic == GZIP_MAGIC
        ? new BufferedInputStream(new GZIPInputStream(in, 1 << 16), 1 << 16)
        : in;
  }

  /// The current entry, whose end is not the archive's.
  private static final class Entry extends FilterInputStream {
    Entry(InputStream in) {
      super(in);
    }

    @Override
    public void close() {}
  }
}
