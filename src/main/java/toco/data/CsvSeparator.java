package toco.data;

import java.util.Arrays;

/// Finds what separates the fields of a table: a comma, a semicolon, a tab or a bar.
///
/// The others may occur inside a field, as in `a.jpg,cat;dog`. So the first row decides if it has
/// only one of them; otherwise the one that most rows have first, because a row begins with the
/// name of an image.
final class CsvSeparator {
  private static final String CANDIDATES = ",;\t|";

  private CsvSeparator() {}

  /// @param head the beginning of the text
  static char of(String head) {
    var first = new int[CANDIDATES.length()]; // rows in which a candidate is the first of all
    boolean isFirstRow = true;
    for (var line : head.lines().toList()) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      var found = unquoted(line).chars().filter(c -> CANDIDATES.indexOf(c) >= 0).toArray();
      if (isFirstRow && Arrays.stream(found).distinct().count() == 1) {
        return (char) found[0];
      }
      isFirstRow = false;
      if (found.length > 0) {
        first[CANDIDATES.indexOf(found[0])]++;
      }
    }
    int most = 0;
    for (int i = 1; i < first.length; i++) {
      most = first[i] > first[most] ? i : most;
    }
    return CANDIDATES.charAt(most);
  }

  private static String unquoted(String line) {
    return line.replaceAll("\"[^\"]*\"", "");
  }
}
