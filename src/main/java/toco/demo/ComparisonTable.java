package toco.demo;

import java.util.ArrayList;
import java.util.List;

/// A plain-text table: a column of names, then right-aligned columns.
final class ComparisonTable {
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();

  /// @param cells the row may be shorter than others
  void row(List<String> cells) {
    rows.add(List.copyOf(cells));
  }

  /// All lines, each with a line break.
  @Override
  public String toString() {
    var text = new StringBuilder();
    for (var row : rows) {
      for (int i = 0; i < row.size(); i++) {
        var cell = row.get(i);
        var fill = " ".repeat(width(i) - cell.length());
        text.append(i == 0 ? cell + fill : GAP + fill + cell);
      }
      text.append('\n');
    }
    return text.toString();
  }

  private int width(int column) {
    return rows.stream()
        .filter(row -> column < row.size())
        .mapToInt(row -> row.get(column).length())
        .max()
        .orElse(0);
  }
}
