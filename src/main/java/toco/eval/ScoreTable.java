package toco.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// A plain-text table: a column of names, then right-aligned columns of numbers, all equally wide
/// but for those with a long heading. NaN is printed as a dash.
final class ScoreTable {
  private static final String GAP = "  ";
  private static final int LONG_HEADING = 10; // more than that widens only its column

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
    for (var row : rows) {
      nameWidth = row.isEmpty() ? nameWidth : Math.max(nameWidth, row.getFirst().length());
    }
    var widths = widths();
    int across = nameWidth + Arrays.stream(widths).map(width -> GAP.length() + width).sum();
    var text = new StringBuilder();
    for (var row : rows) {
      text.append(row.isEmpty() ? "-".repeat(across) : line(row, nameWidth, widths));
      text.append('\n');
    }
    return text.toString();
  }

  private int[] widths() {
    int common = 0;
    for (var row : rows) {
      for (int i = 1; i < row.size(); i++) {
        int length = row.get(i).length();
        common = length > LONG_HEADING ? common : Math.max(common, length);
      }
    }
    int ofAll = common;
    return rows.getFirst().stream()
        .skip(1)
        .mapToInt(heading -> Math.max(ofAll, heading.length()))
        .toArray();
  }

  private static String line(List<String> row, int nameWidth, int[] widths) {
    var line = new StringBuilder(row.getFirst());
    line.repeat(' ', nameWidth - line.length());
    for (int i = 1; i < row.size(); i++) {
      line.append(GAP).repeat(' ', widths[i - 1] - row.get(i).length()).append(row.get(i));
    }
    return line.toString();
  }
}
