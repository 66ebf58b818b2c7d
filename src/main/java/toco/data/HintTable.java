package toco.data;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import toco.image.LabelMap;

/// Reads a table of points, one a line: the image, the pixel's column x and row y, and its class by
/// name or index, or `background`.
///
/// ```
/// name,x,y,class
/// beach/IMG_1.jpg,120,64,dog
/// IMG_2,10,300,background
/// ```
///
/// [CsvRows] reads the text. A header gives the columns in any order; without one they are as
/// above.
final class HintTable {
  private static final String BACKGROUND = "background";
  private static final String EXPECTED = "the image, x, y and the class (name,x,y,class)";
  private static final Pattern NUMBER = Pattern.compile("[+-]?\\d{1,9}(?:[.,]\\d{1,18})?");
  private static final Pattern INDEX = Pattern.compile("\\d{1,4}");

  private final Path file;
  private final ClassIndex classes;
  private final HintReader indices;
  private final AnnotatedImages images;
  private final SequencedMap<String, SequencedMap<Pixel, HintPoint>> points = new LinkedHashMap<>();
  private @Nullable Columns columns;
  private boolean hasRows;

  private HintTable(Path file, ClassIndex classes, HintReader indices, AnnotatedImages images) {
    this.file = file;
    this.classes = classes;
    this.indices = indices;
    this.images = images;
  }

  private record Pixel(int column, int row) {}

  /// The fields of a row.
  private record Columns(int name, int x, int y, int label) {
    static final Columns USUAL = new Columns(0, 1, 2, 3);

    int last() {
      return IntStream.of(name, x, y, label).max().orElseThrow();
    }
  }

  /// Reads the points; problems are reported to `classes`, and their lines left out.
  ///
  /// @return by the names of the split's images
  static SequencedMap<String, ImageHints> read(
      Path file, ClassIndex classes, HintReader indices, AnnotatedImages images) {
    var table = new HintTable(file, classes, indices, images);
    try (var rows = CsvRows.open(file)) {
      for (var row = rows.next(); row != null; row = rows.next()) {
        table.addOrReport(row);
      }
    }
    if (!table.hasRows) {
      throw new DataException("%s has no point; expected lines with %s".formatted(file, EXPECTED));
    }
    var hints = new LinkedHashMap<String, ImageHints>();
    table.points.forEach(
        (image, its) -> hints.put(image, new ImageHints.Points(List.copyOf(its.values()))));
    return hints;
  }

  private void addOrReport(CsvRows.Row row) {
    try {
      if (columns == null) { // the first row
        var header = header(row.fields());
        columns = header == null && !row.isComment() ? Columns.USUAL : header;
        if (header != null) {
          return;
        }
      }
      if (columns != null && !row.isComment()) {
        hasRows = true;
        add(row, columns);
      }
    } catch (DataException e) {
      classes.report(e);
    }
  }

  /// The columns, if a row names them. Some tools write the header as a comment.
  private static @Nullable Columns header(List<String> fields) {
    var words = fields.stream().map(field -> field.toLowerCase(Locale.ROOT)).toList();
    int x = words.indexOf("x");
    int y = words.indexOf("y");
    int name = first(fields, CsvColumns::isImageWord);
    int label = first(fields, CsvColumns::isClassWord);
    return x < 0 || y < 0 || name < 0 || label < 0 ? null : new Columns(name, x, y, label);
  }

  private static int first(List<String> fields, Predicate<String> word) {
    return IntStream.range(0, fields.size())
        .filter(j -> word.test(fields.get(j)))
        .findFirst()
        .orElse(-1);
  }

  private void add(CsvRows.Row row, Columns of) {
    var fields = row.fields();
    var where = file + ":" + row.line();
    if (fields.size() <= of.last()) {
      throw new DataException(
          "%s: %s fields; expected %s".formatted(where, fields.size(), EXPECTED));
    }
    double x = number("x", fields.get(of.x), where);
    double y = number("y", fields.get(of.y), where);
    var label = label(fields.get(of.label), where);
    if (fields.get(of.name).isEmpty()) {
      throw new DataException(where + ": the name of the image is missing");
    }
    var image = images.find(fields.get(of.name), where);
    if (image.isPresent() && label.isPresent()) {
      add(image.get(), new HintPoint(x, y, label.getAsInt(), row.line()));
    }
  }

  private void add(String image, HintPoint point) {
    var pixel = new Pixel(point.column(), point.row());
    var other = points.computeIfAbsent(image, _ -> new LinkedHashMap<>()).putIfAbsent(pixel, point);
    if (other != null && other.label() != point.label()) {
      throw new DataException(
          "%s:%s: x %s, y %s of %s has another class in line %s; remove one of the lines"
              .formatted(file, point.line(), pixel.column, pixel.row, image, other.line()));
    }
  }

  private static double number(String what, String text, String where) {
    if (!NUMBER.matcher(text).matches()) {
      throw new DataException(
          "%s: %s is '%s'; expected a number of pixels from the image's upper left corner"
              .formatted(where, what, DataException.shortened(text)));
    }
    return Double.parseDouble(text.replace(',', '.'));
  }

  /// @return empty if the class is unknown and reading continues, or is not trained
  private OptionalInt label(String text, String where) {
    if (!classes.contains(text)) {
      if (text.equalsIgnoreCase(BACKGROUND)) {
        return OptionalInt.of(0);
      }
      if (INDEX.matcher(text).matches()) {
        int label = indices.label(Integer.parseInt(text));
        if (label < 0 || text.equals(String.valueOf(LabelMap.IGNORE))) {
          throw new DataException(
              "%s: class %s; expected 0 (background), 1…%s or the name of a class"
                  .formatted(where, text, indices.last()));
        }
        return label == LabelMap.IGNORE ? OptionalInt.empty() : OptionalInt.of(label);
      }
    }
    var k = classes.find(text, where);
    return k.isPresent() ? OptionalInt.of(k.getAsInt() + 1) : OptionalInt.empty();
  }
}
