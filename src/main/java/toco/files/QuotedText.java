package toco.files;

/// Text from a file as an error message shows it.
public final class QuotedText {
  private static final int MAX_CODE_POINTS = 80;

  private QuotedText() {}

  /// The text in quotation marks, on one line and cut to 80 characters.
  public static String quote(String text) {
    var plain =
        text.codePoints()
            .limit(MAX_CODE_POINTS)
            .collect(
                StringBuilder::new,
                (out, point) -> out.appendCodePoint(Character.isISOControl(point) ? '?' : point),
                StringBuilder::append);
    boolean cut = text.codePointCount(0, text.length()) > MAX_CODE_POINTS;
    return "'" + plain + (cut ? "…'" : "'");
  }
}
