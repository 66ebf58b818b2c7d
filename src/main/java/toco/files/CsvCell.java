package toco.files;

/// Fields of CSV.
public final class CsvCell {
  private CsvCell() {}

  /// A text as a field: in quotes if it has a separator, quote or line end, or would begin a
  /// comment.
  public static String of(String text) {
    boolean plain =
        !text.startsWith("#")
            && text.equals(text.strip())
            && text.chars().noneMatch(c -> ",;|\t\"\n\r".indexOf(c) >= 0);
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
