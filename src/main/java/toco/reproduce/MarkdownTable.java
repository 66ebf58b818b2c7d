package toco.reproduce;

import java.util.ArrayList;
import java.util.List;

/// A Markdown table with aligned columns.
final class MarkdownTable {
  private final List<List<String>> rows = new ArrayList<>();

  MarkdownTable(String... header) {
    rows.add(List.of(header));
  }

  void row(String... cells) {
    rows.add(List.of(cells));
  }

  /// All lines, each with a line feed.
  @Override
  public String toString() {
    int columns = rows.getFirst().size();
    var widths = new int[columns];
    for (var row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    var text = new StringBuilder();
    line(text, rows.getFirst(), widths);
    for (int width : widths) {
      text.append('|').repeat('-', width + 2);
    }
    text.append("|\n");
    rows.stream().skip(1).forEach(row -> line(text, row, widths));
    return text.toString();
  }

  private static void line(StringBuilder text, List<String> row, int[] widths) {
    for (int i = 0; i < widths.length; i++) {
      text.append("| ").append(row.get(i)).repeat(' ', widths[i] - row.get(i).length() + 1);
    }
    text.append("|\n");
  }
}
