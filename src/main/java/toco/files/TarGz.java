package toco.files;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/// Archives of plain files, `.tgz`, as `tar` reads and writes them (POSIX ustar in gzip). Equal
/// files give equal archives: no times or owners are written.
public final class TarGz {
  private static final int BLOCK = 512;
  private static final int NAME_BYTES = 100;
  private static final int SIZE_AT = 124;
  private static final int CHECKSUM_AT = 148;
  private static final int TYPE_AT = 156;
  private static final int PREFIX_AT = 345;
  private static final int PREFIX_BYTES = 155;
  private static final int MAX_FILE_BYTES = 1 << 30;

  private TarGz() {}

  /// Writes an archive, file by file. Its end is written when it is closed.
  public static final class Writer implements AutoCloseable {
    private final GZIPOutputStream out;

    /// @param out the archive is written to it; it stays open
    public Writer(OutputStream out) throws IOException {
      this.out = new GZIPOutputStream(out, 1 << 16);
    }

    /// Adds a file.
    ///
    /// @param name its path in the archive, with `/` between folders: ASCII, at most 100 characters
    /// @throws IllegalArgumentException if the name is longer or of other characters
    public void add(String name, byte[] content) throws IOException {
      out.write(header(name, content.length));
      out.write(content);
      out.write(new byte[padding(content.length)]);
    }

    /// Writes the archive's end.
    @Override
    public void close() throws IOException {
      out.write(new byte[2 * BLOCK]);
      out.finish();
    }
  }

  /// A file of an archive.
  ///
  /// @param name its path in the archive
  /// @param content its bytes
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Entry(String name, byte[] content) {}

  /// Receives an archive's files.
  @FunctionalInterface
  public interface Visitor {
    void on(Entry entry) throws IOException;
  }

  /// Reads an archive to its end: every plain file, in order. Folders and links are skipped.
  ///
  /// @throws IOException if it is damaged or cut off
  public static void read(InputStream archive, Visitor visitor) throws IOException {
    var in = new GZIPInputStream(archive, 1 << 16);
    while (true) {
      var header = exactly(in, BLOCK);
      if (isZero(header)) {
        return;
      }
      if (octal(header, CHECKSUM_AT, 8) != checksum(header)) {
        throw new IOException("a header has a wrong checksum");
      }
      long size = octal(header, SIZE_AT, 12);
      if (size > MAX_FILE_BYTES) {
        throw new IOException("a file claims %s bytes".formatted(size));
      }
      var content = exactly(in, (int) size);
      exactly(in, padding((int) size));
      if (header[TYPE_AT] == '0' || header[TYPE_AT] == 0) {
        visitor.on(new Entry(name(header), content));
      }
    }
  }

  /// Checks that a file's name fits into an archive.
  ///
  /// @throws IllegalArgumentException if it does not
  public static void requireName(String name) {
    boolean ascii = name.chars().allMatch(c -> c > 0 && c < 128);
    if (name.isEmpty() || name.length() > NAME_BYTES || !ascii) {
      throw new IllegalArgumentException(
          "a file name in an archive must have 1…%s ASCII characters, got '%s'"
              .formatted(NAME_BYTES, name));
    }
  }

  private static byte[] header(String name, int size) {
    requireName(name);
    var header = new byte[BLOCK];
    put(header, 0, name);
    put(header, 100, "0000644\0"); // mode
    put(header, 108, "0000000\0"); // owner
    put(header, 116, "0000000\0"); // group
    put(header, SIZE_AT, String.format(Locale.ROOT, "%011o\0", size));
    put(header, 136, "00000000000\0"); // time
    put(header, TYPE_AT, "0");
    put(header, 257, "ustar\00000");
    put(header, CHECKSUM_AT, String.format(Locale.ROOT, "%06o\0 ", checksum(header)));
    return header;
  }

  private static void put(byte[] header, int at, String text) {
    var bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  /// The sum of the header's bytes, with spaces in the checksum's own field.
  private static long checksum(byte[] header) {
    long sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= CHECKSUM_AT && i < CHECKSUM_AT + 8 ? ' ' : header[i] & 0xFF;
    }
    return sum;
  }

  private static String name(byte[] header) {
    var prefix = text(header, PREFIX_AT, PREFIX_BYTES);
    var name = text(header, 0, NAME_BYTES);
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  private static String text(byte[] header, int at, int length) {
    int end = at;
    while (end < at + length && header[end] != 0) {
      end++;
    }
    return new String(header, at, end - at, StandardCharsets.UTF_8);
  }

  private static long octal(byte[] header, int at, int length) throws IOException {
    var digits = text(header, at, length).strip();
    if (!digits.matches("[0-7]{1,12}")) {
      throw new IOException("a header has '%s' where a number is expected".formatted(digits));
    }
    return Long.parseLong(digits, 8);
  }

  private static int padding(int size) {
    return (BLOCK - size % BLOCK) % BLOCK;
  }

  private static boolean isZero(byte[] block) {
    return Arrays.equals(block, new byte[BLOCK]);
  }

  private static byte[] exactly(InputStream in, int count) throws IOException {
    var bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new EOFException("the archive is cut off");
    }
    return bytes;
  }
}
