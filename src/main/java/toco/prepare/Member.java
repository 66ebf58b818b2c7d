package toco.prepare;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import toco.data.DataException;

/// A file of a release. Its content can be read while it is visited, and once.
///
/// @param path its path in the release, with `/` between folders
/// @param ordinal its number among all entries; two of the same path differ in it
/// @param plain false: a link or a device
/// @param crc32 of its content; −1: unknown
record Member(
    Contents owner,
    String path,
    int ordinal,
    long size,
    boolean plain,
    long crc32,
    Content content) {
  /// Opens the content.
  @FunctionalInterface
  interface Content {
    InputStream open() throws IOException;
  }

  /// Reads it all.
  ///
  /// @param limit bytes that a file of this kind has at most
  /// @throws DataException if it is longer or damaged
  byte[] bytes(int limit) {
    if (size > limit) {
      throw new DataException(
          "%s: %s has %s bytes, expected at most %s".formatted(owner.name(), path, size, limit));
    }
    try (var in = open()) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw owner.damaged("at " + path, e);
    }
  }

  /// Copies it to a file.
  ///
  /// @throws IOException if the file cannot be written
  /// @throws DataException if the content is damaged
  void copyTo(FileChannel file) throws IOException {
    try (var in = new Source(open())) {
      in.transferTo(Channels.newOutputStream(file));
    }
  }

  /// The content, whose end is reached only if its length and its checksum are right.
  private InputStream open() throws IOException {
    return new Verified(content.open());
  }

  private final class Verified extends FilterInputStream {
    private final CRC32 sum;
    private long count;

    Verified(InputStream in) {
      var sum = new CRC32();
      super(new CheckedInputStream(in, sum));
      this.sum = sum;
    }

    @Override
    public int read(byte[] bytes, int at, int length) throws IOException {
      int read = in.read(bytes, at, length);
      count += Math.max(read, 0);
      if (count > size || (read < 0 && count < size)) {
        throw new IOException(
            "its content does not have the %s bytes of its entry".formatted(size));
      }
      if (read < 0 && crc32 >= 0 && sum.getValue() != crc32) {
        throw new IOException("its content has another checksum than its entry");
      }
      return read;
    }

    @Override
    public int read() throws IOException {
      var one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }
  }

  /// Tells errors of reading from those of writing.
  private final class Source extends FilterInputStream {
    Source(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] bytes, int at, int length) {
      try {
        return in.read(bytes, at, length);
      } catch (IOException e) {
        throw owner.damaged("at " + path, e);
      }
    }
  }
}
