package toco.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/// Archives of plain files, `.tgz`, as `tar` reads and writes them (POSIX ustar in gzip). Equal
/// files give equal archives: no times or owners are written.
public final class TarGz {
  private static final int BLOCK = 512;
  private static final int NAME_BYTES = 100;
  private static final int MAX_FILE_BYTES = 1 << 30;

  private TarGz() {}

  /// Writes an archive, file by file. Its end is written when it is closed.
  public static final class Writer implements AutoCloseable {
    private final GZIPOutputStream gzip;
    private final TarArchiveOutputStream tar;

    /// @param out the archive is written to it; it stays open
    public Writer(OutputStream out) throws IOException {
      gzip = new GZIPOutputStream(out, 1 << 16);
      tar = new TarArchiveOutputStream(gzip, BLOCK);
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX); // from 100 characters on
    }

    /// Adds a file.
    ///
    /// @param name its path in the archive, with `/` between folders: ASCII, at most 100 characters
    /// @throws IllegalArgumentException if the name is longer or of other characters
    public void add(String name, byte[] content) throws IOException {
      requireName(name);
      var entry = new TarArchiveEntry(name, true);
      entry.setMode(0_644);
      entry.setSize(content.length);
      entry.setModTime(0);
      entry.setUserName("");
      tar.putArchiveEntry(entry);
      tar.write(content);
      tar.closeArchiveEntry();
    }

    /// Writes the archive's end.
    @Override
    public void close() throws IOException {
      tar.finish();
      gzip.finish();
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
    var gzip = new GZIPInputStream(archive, 1 << 16);
    var tar = new TarArchiveInputStream(gzip);
    for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
      if (entry.getSize() > MAX_FILE_BYTES) {
        throw new IOException("a file claims %s bytes".formatted(entry.getSize()));
      }
      if (isPlain(entry)) {
        visitor.on(new Entry(entry.getName(), tar.readAllBytes()));
      }
    }
    gzip.transferTo(OutputStream.nullOutputStream()); // to the checksum at its end
  }

  /// Whether an entry is a file, neither a folder nor a link or device.
  public static boolean isPlain(TarArchiveEntry entry) {
    byte kind = entry.getLinkFlag();
    return !entry.isDirectory()
        && (kind == TarConstants.LF_NORMAL
            || kind == TarConstants.LF_OLDNORM
            || kind == TarConstants.LF_CONTIG);
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
}
