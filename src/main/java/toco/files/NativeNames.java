package toco.files;

import java.util.Locale;

/// The character set in which Java passes file names to the system. It is that of the locale at its
/// start: with `LC_ALL=C`, or without a locale as in containers and cron, only ASCII.
public final class NativeNames {
  private NativeNames() {}

  /// Whether every name can be used.
  public static boolean isUnicode() {
    return charset().toUpperCase(Locale.ROOT).replace("-", "").equals("UTF8");
  }

  /// Why a name cannot be used, and the remedy.
  public static String problem() {
    return isUnicode()
        ? "its bytes are not UTF-8, or it holds a zero byte; rename the file"
        : ("Java started in a locale of %s, which lacks some of its characters; start it with"
                + " LC_ALL=C.UTF-8")
            .formatted(charset());
  }

  private static String charset() {
    return System.getProperty("sun.jnu.encoding", "UTF-8");
  }
}
