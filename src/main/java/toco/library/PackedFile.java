package toco.library;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

/// A file in a jar that is to be unpacked.
///
/// @param target its path in the unpacked folder
/// @param size bytes
/// @param crc the CRC-32 of its content; jars have one of each file
/// @param sha256 the hash of its content in hexadecimal digits, or empty if it is not known
record PackedFile(String target, ClassPathFiles.Found source, long size, long crc, String sha256) {
  private static final int BLOCK = 1 << 18; // bytes read at a time

  /// Reads size and checksum from the jar's directory. A file that is not in a jar is read for it.
  static PackedFile of(String target, ClassPathFiles.Found source, String sha256)
      throws IOException {
    var connection = source.url().openConnection();
    connection.setUseCaches(false); // a jar may be replaced
    if (connection instanceof JarURLConnection inJar) {
      try (var _ = inJar.getJarFile()) {
        var entry = inJar.getJarEntry();
        if (entry != null && entry.getSize() >= 0 && entry.getCrc() >= 0) {
          return new PackedFile(target, source, entry.getSize(), entry.getCrc(), sha256);
        }
      }
    }
    try (var input = new CheckedInputStream(open(source.url()), new CRC32())) {
      long size = input.transferTo(OutputStream.nullOutputStream());
      return new PackedFile(target, source, size, input.getChecksum().getValue(), sha256);
    }
  }

  static InputStream open(URL url) throws IOException {
    var connection = url.openConnection();
    connection.setUseCaches(false);
    return connection.getInputStream();
  }

  /// Writes the file into a folder and checks what was written.
  ///
  /// @throws LibraryException if the jar is damaged
  void unpack(Path folder) throws IOException, LibraryException {
    var file = folder.resolve(target);
    Files.createDirectories(file.resolveSibling(""));
    var crc = new CRC32();
    long written = 0;
    try (var input = opened();
        var output = Files.newOutputStream(file)) {
      var block = new byte[BLOCK];
      for (int n = read(input, block); n >= 0; n = read(input, block)) {
        output.write(block, 0, n);
        crc.update(block, 0, n);
        written += n;
      }
    }
    if (written != size || crc.getValue() != crc()) {
      throw damaged("its content does not match its checksum");
    }
    if (ElfFile.isTruncated(file)) {
      throw damaged("the library ends too early");
    }
    if (!sha256.isEmpty() && !sha256.equals(ContentHash.of(file))) {
      throw damaged("its SHA-256 is not the one that the jar states");
    }
  }

  private InputStream opened() throws LibraryException {
    try {
      return open(source.url());
    } catch (IOException e) {
      throw damaged(String.valueOf(e.getMessage()));
    }
  }

  private int read(InputStream input, byte[] block) throws LibraryException {
    try {
      return input.read(block);
    } catch (IOException e) { // the compressed data cannot be read
      throw damaged(String.valueOf(e.getMessage()));
    }
  }

  private LibraryException damaged(String why) {
    return new LibraryException(
        "%s in %s is damaged (%s); delete that jar and let Maven download it again"
            .formatted(source.name(), source.place(), why));
  }
}
