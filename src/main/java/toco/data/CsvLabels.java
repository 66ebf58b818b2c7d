package toco.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import toco.files.TextFile;

/// Reads labels from a table in a text file: one image per line with the names of its classes, if
/// it shows any, in any number of fields or in one, or with a column of 0 and 1 for each class.
///
/// ```
/// name,label,label            filename;labels             file_name,cat,dog
/// beach/IMG_1.jpg,dog,horse   beach/IMG_1.jpg;dog|horse   IMG_2,1,0
/// IMG_2,cat
/// ```
///
/// [CsvRows] reads the text, [CsvColumns] finds the columns, with or without a header. An image on
/// several lines has the classes of all of them.
final class CsvLabels {
  private static final int HEAD_ROWS = 200; // from which the columns are found

  /// An image and its classes with spaces between them.
  private static final Pattern SPACED =
      Pattern.compile("(.*\\.(?:jpe?g|jpe|jfif|png))\\s+(\\S.*)", Pattern.CASE_INSENSITIVE);

  private final Path file;
  private final ClassIndex classes;
  private final ClassIndex.Labels labels;
  private final CsvColumns columns;
  private final TreeMap<Integer, Integer> classOfFlag = new TreeMap<>();
  private int comments;

  private CsvLabels(Path file, ClassIndex classes, List<CsvRows.Row> head) {
    this.file = file;
    this.classes = classes;
    labels = classes.new Labels(file.toString());
    columns = CsvColumns.of(head, classes, where(head.getFirst()));
    if (columns.isGuessed()) {
      labels.note("read as a header: " + String.join(", ", head.getFirst().fields()));
    }
    columns
        .flags()
        .forEach((column, name) ->
            classes.find(name, where(head.getFirst())).ifPresent(k -> classOfFlag.put(column, k)));
  }

  /// @throws DataException naming the file and the line with the error
  static ClassLabels read(Path file, ClassIndex classes) {
    try (var rows = CsvRows.open(file)) {
      var head = new ArrayList<CsvRows.Row>();
      int comments = 0;
      for (var row = rows.next(); row != null; row = rows.next()) {
        if (row.isComment() && (!head.isEmpty() || !isHeader(row))) {
          comments++;
        } else {
          head.add(spaced(row));
        }
        if (head.size() == HEAD_ROWS) {
          break;
        }
      }
      if (head.isEmpty()) {
        throw namesNoImage(file);
      }
      var reader = new CsvLabels(file, classes, head);
      reader.comments = comments;
      (reader.columns.hasHeader() ? head.subList(1, head.size()) : head).forEach(reader::add);
      for (var row = rows.next(); row != null; row = rows.next()) {
        reader.add(spaced(row));
      }
      return reader.build(rows);
    }
  }

  /// Some tools write the header as a comment.
  private static boolean isHeader(CsvRows.Row comment) {
    return CsvColumns.isImageWord(comment.fields().getFirst());
  }

  private static CsvRows.Row spaced(CsvRows.Row row) {
    var parts = SPACED.matcher(row.fields().getFirst());
    return row.fields().size() == 1 && !row.isQuoted() && parts.matches()
        ? new CsvRows.Row(row.line(), List.of(parts.group(1), parts.group(2)), false, false)
        : row;
  }

  private ClassLabels build(CsvRows rows) {
    if (rows.charset().equals(TextFile.WINDOWS_1252)) {
      labels.note("read as Windows-1252, because it is not UTF-8");
    }
    if (comments > 0) {
      labels.note(comments + " comment lines (#) skipped");
    }
    if (!columns.unread().isEmpty()) {
      labels.note("columns not read: " + String.join(", ", columns.unread()));
    }
    var read = labels.build();
    if (read.names().isEmpty()) {
      throw namesNoImage(file);
    }
    return read;
  }

  private void add(CsvRows.Row row) {
    if (row.isComment()) {
      comments++;
      return;
    }
    try {
      var fields = row.fields();
      var image = columns.image() < fields.size() ? fields.get(columns.image()) : "";
      if (image.isEmpty()) {
        throw new DataException(
            "%s: the name of the image is missing; it belongs into field %s"
                .formatted(where(row), columns.image() + 1));
      }
      var shown = labels.image(image, row.line());
      for (int j = 0; j < fields.size(); j++) {
        if (j != columns.image() && !fields.get(j).isEmpty()) {
          addField(row, j, shown);
        }
      }
    } catch (DataException e) {
      classes.report(e);
    }
  }

  private void addField(CsvRows.Row row, int column, BitSet shown) {
    var cell = row.fields().get(column);
    if (columns.flags().containsKey(column)) {
      boolean isShown =
          CsvColumns.flag(cell)
              .orElseThrow(() ->
                  new DataException(
                      ("%s: '%s' for class '%s'; expected 1 or 0, true or false, yes or no, x or"
                              + " nothing; compare probabilities with a threshold first")
                          .formatted(
                              where(row),
                              DataException.shortened(cell),
                              columns.flags().get(column))));
      var k = classOfFlag.get(column);
      if (k != null && isShown) {
        shown.set(k);
      }
    } else if (columns.holdsClasses(column)) {
      for (var name : ClassCell.names(cell, classes, where(row))) {
        classes.find(name, where(row)).ifPresent(shown::set);
      }
    } else if (column >= columns.width()) {
      throw new DataException(
          "%s: %s fields, but the header has %s; quote a field that contains the separator"
              .formatted(where(row), row.fields().size(), columns.width()));
    }
  }

  private String where(CsvRows.Row row) {
    return file + ":" + row.line();
  }

  private static DataException namesNoImage(Path file) {
    return new DataException(
        file + " names no image; expected one line per image: its name, then its classes");
  }
}
