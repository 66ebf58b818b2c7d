package toco.download;

import java.nio.charset.StandardCharsets;

/// Recognises a web page that a server or a network's login gives instead of a file.
final class LoginPage {
  private static final int HEAD = 64;

  private LoginPage() {}

  /// @param start the file's first bytes, of which `length` are known
  /// @throws Unavailable if they are those of a page, and the file's name is not a page's
  static void refuse(byte[] start, int length, String name) throws Unavailable {
    if (name.matches("(?i).*\\.(html?|xml|svg)")) {
      return;
    }
    var head = new String(start, 0, Math.min(length, HEAD), StandardCharsets.ISO_8859_1);
    boolean isText = head.chars().allMatch(c -> c >= ' ' || Character.isWhitespace(c));
    if (isText && head.replaceFirst("^\\u00EF\\u00BB\\u00BF", "").stripLeading().startsWith("<")) {
      throw Unavailable.forGood(
          "it answers with a web page instead of the file, such as a network's login; open it in a"
              + " browser");
    }
  }
}
