package toco.library;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;

/// A version of LibTorch. A shim works with every patch of the minor version that it was built for.
public record LibTorchVersion(int major, int minor, int patch) {
  /// The versions that the shim's sources compile with, as the messages name them.
  static final LibTorchVersion OLDEST = new LibTorchVersion(2, 7, 1);

  static final LibTorchVersion NEWEST = new LibTorchVersion(2, 15, 0);

  private static final Comparator<LibTorchVersion> ORDER =
      Comparator.comparingInt(LibTorchVersion::major)
          .thenComparingInt(LibTorchVersion::minor)
          .thenComparingInt(LibTorchVersion::patch);
  private static final Pattern NUMBERS = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})\\.(\\d{1,4})");

  /// The first version in a text such as `2.7.1-20250812` or `2.15.0+cpu`.
  public static Optional<LibTorchVersion> in(String text) {
    var numbers = NUMBERS.matcher(text);
    return numbers.find()
        ? Optional.of(
            new LibTorchVersion(
                Integer.parseInt(numbers.group(1)),
                Integer.parseInt(numbers.group(2)),
                Integer.parseInt(numbers.group(3))))
        : Optional.empty();
  }

  /// Major and minor version, such as `2.7`.
  public String release() {
    return major + "." + minor;
  }

  /// `too old` or `too new`, or empty for a version that is supported.
  Optional<String> unsupported() {
    if (ORDER.compare(this, OLDEST) < 0) {
      return Optional.of("too old");
    }
    return ORDER.compare(new LibTorchVersion(major, minor, 0), NEWEST) > 0
        ? Optional.of("too new")
        : Optional.empty();
  }

  /// The supported versions, as messages name them.
  static String supported() {
    return OLDEST + " to " + NEWEST.release();
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }
}
