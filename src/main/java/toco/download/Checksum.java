package toco.download;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import toco.files.FileDigest;

/// A hash that somebody states for a file.
///
/// @param kind how it is computed
/// @param hex lower-case hexadecimal digits; of a long hash the first ones suffice, as some
///   publishers state no more
public record Checksum(Kind kind, String hex) {
  private static final int FEWEST_DIGITS = 6;

  /// The hash functions that publishers state.
  public enum Kind {
    SHA256("SHA-256", 64),
    MD5("MD5", 32);

    private final String algorithm;
    private final int digits;

    Kind(String algorithm, int digits) {
      this.algorithm = algorithm;
      this.digits = digits;
    }

    @Override
    public String toString() {
      return algorithm;
    }
  }

  public Checksum {
    hex = hex.toLowerCase(Locale.ROOT);
    if (!hex.matches("[0-9a-f]{%s,%s}".formatted(FEWEST_DIGITS, kind.digits))) {
      throw new IllegalArgumentException(
          "%s must have %s hexadecimal digits, or the first ones, at least %s; got '%s'"
              .formatted(kind, kind.digits, FEWEST_DIGITS, hex));
    }
  }

  public static Checksum sha256(String hex) {
    return new Checksum(Kind.SHA256, hex);
  }

  public static Checksum md5(String hex) {
    return new Checksum(Kind.MD5, hex);
  }

  /// Whether these are only the first digits.
  public boolean isPrefix() {
    return hex.length() < kind.digits;
  }

  /// Whether a file's complete hash is this one.
  public boolean matches(String complete) {
    return complete.startsWith(hex);
  }

  /// The complete hash of what a file holds, of this kind.
  public String compute(Path file) throws IOException {
    return FileDigest.of(file, kind.algorithm);
  }

  /// `SHA-256 b938bf1b…`.
  @Override
  public String toString() {
    return "%s %s%s".formatted(kind, hex, isPrefix() ? "…" : "");
  }
}
