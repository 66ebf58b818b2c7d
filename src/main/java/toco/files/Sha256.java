package toco.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;

/// SHA-256 in hexadecimal.
public final class Sha256 {
  private static final String ALGORITHM = "SHA-256";

  private Sha256() {}

  /// Of lines, each with a line feed.
  public static String ofLines(List<String> lines) {
    var digest = FileDigest.newDigest(ALGORITHM);
    lines.forEach(line -> digest.update((line + "\n").getBytes(StandardCharsets.UTF_8)));
    return HexFormat.of().formatHex(digest.digest());
  }

  /// Of bytes.
  public static String of(byte[] content) {
    return HexFormat.of().formatHex(FileDigest.newDigest(ALGORITHM).digest(content));
  }

  /// Of what a file holds.
  public static String ofFile(Path file) throws IOException {
    return FileDigest.of(file, ALGORITHM);
  }
}
