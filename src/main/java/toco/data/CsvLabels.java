package toco.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Reads labels from a CSV file: one image per line, followed by the names of its classes, if it
/// shows any.
///
/// ```
/// name,label,label
/// beach/IMG_1.jpg,dog,horse
/// IMG_2,cat
/// IMG_3
/// ```
///
/// The first line may be a header, which begins with `name`, `image`, `file` or a similar word. An
/// image on several lines has the classes of all of them.
final class CsvLabels {
  private static final Set<String> HEADERS =
      Set.of(
          "name",
          "names",
          "image",
          "images",
          "image_name",
          "imagename",
          "image_id",
          "file",
          "files",
          "file_name",
          "filename",
          "path",
          "id");

  private final Path file;
  private final ClassIndex classes;
  private final ClassIndex.Labels labels;
  private boolean hasRows;

  private CsvLabels(Path file, ClassIndex classes) {
    this.file = file;
    this.classes = classes;
    this.labels = classes.new Labels(file.toString());
  }

  /// @throws DataException naming the file and the line with the error
  static ClassLabels read(Path file, ClassIndex classes) {
    var reader = new CsvLabels(file, classes);
    CsvRows.forEach(file, reader::add);
    var labels = reader.labels.build();
    if (labels.names().isEmpty()) {
      throw new DataException(
          file + " names no image; expected one line per image: its name, then its classes");
    }
    return labels;
  }

  private void add(CsvRows.Row row) {
    var where = file + ":" + row.line();
    boolean first = !hasRows;
    hasRows = true;
    var image = row.fields().getFirst();
    var named = row.fields().subList(1, row.fields().size());
    if (named.isEmpty() && !row.quoted()) {
      checkSeparator(image, where);
    }
    if (first && isHeader(image, named)) {
      return;
    }
    if (image.isEmpty()) {
      throw new DataException(where + ": the name of the image is missing; a line begins with it");
    }
    var shown = labels.image(image, row.line());
    for (var name : named) {
      if (!name.isEmpty()) {
        classes.find(name, where).ifPresent(shown::set);
      }
    }
  }

  /// A row whose other fields are all classes labels an image, even one called `image`.
  private boolean isHeader(String image, List<String> named) {
    boolean data = !named.isEmpty() && named.stream().allMatch(classes::contains);
    return HEADERS.contains(image.toLowerCase(Locale.ROOT)) && !data;
  }

  private static void checkSeparator(String row, String where) {
    for (var separator : List.of(";", "\t")) {
      if (row.contains(separator)) {
        throw new DataException(
            "%s: fields are separated by %s, expected commas; save it as comma-separated CSV"
                .formatted(where, separator.equals(";") ? "';'" : "tabs"));
      }
    }
  }
}
