package toco.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// A plain-text table: a column of names, then right-aligned columns of numbers, all equally wide.
/// NaN is printed as a dash.
final class ScoreTable {
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();

  /// @param header headings of the columns
  ScoreTable(String... header) {
    rows.add(List.of(header));
  }

  /// Adds a row of shares, printed in per cent.
  void percent(String name, double... shares) {
    row(name, "%.2f", Arrays.stream(shares).map(share -> 100 * share).toArray());
  }

  /// Adds a row with one number.
  void plain(String name, String format, double value) {
    row(name, format, value);
  }

  /// Adds a horizontal rule.
  void rule() {
    rows.add(List.of());
  }

  private void row(String name, String format, double... values) {
    var cells = new ArrayList<>(List.of(name));
    for (double value : values) {
      cells.add(Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value));
    }
    rows.add(cells);
  }

  /// All lines, each with a line break.
  @Override
  public String toString() {
    int nameWidth = 0;
    int numberWidth = 0;
    for (var row : rows) {
      for (int i = 0; i < row.size(); i++) {
        int length = row.get(i).length();
        nameWidth = i == 0 ? Math.max(nameWidth, length) : nameWidth;
        numberWidth = i > 0 ? Math.max(numberWidth, length) : numberWidth;
      }
    }
    int across = nameWidth + (rows.getFirst().size() - 1) * (GAP.length() + numberWidth);
    var text = new StringBuilder();
    for (var row : rows) {
      text.append(row.isEmpty() ? "-".repeat(across) : line(row, nameWidth, numberWidth));
      text.append('\n');
    }
    return text.toString();
  }

  private static String line(List<String> row, int nameWidth, int numberWidth) {
    var line = new StringBuilder(row.getFirst());
    line.repeat(' ', nameWidth - line.length());
    for (var number : row.subList(1, row.size())) {
      line.append(GAP).repeat(' ', numberWidth - number.length()).append(number);
    }
    return line.toString();
  }
}
