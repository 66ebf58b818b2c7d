package toco.download;

import java.util.Locale;

/// Numbers of bytes for people.
public final class ByteCount {
  private ByteCount() {}

  /// `88.3 MB`, in powers of 1000, as download pages have it.
  public static String of(long bytes) {
    if (bytes < 1000) {
      return "%s bytes".formatted(bytes);
    }
    if (bytes < 1_000_000) {
      return String.format(Locale.ROOT, "%.1f kB", bytes * 1e-3);
    }
    return bytes < 1_000_000_000
        ? String.format(Locale.ROOT, "%.1f MB", bytes * 1e-6)
        : String.format(Locale.ROOT, "%.2f GB", bytes * 1e-9);
  }
}
