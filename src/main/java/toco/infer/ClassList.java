package toco.infer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import toco.data.DataException;
import toco.files.AtomicFile;
import toco.files.CsvCell;
import toco.files.IoReason;

/// The file `classes.csv`, which says where the classes of each image's maps come from: one line
/// per image, `NAME,predicted,cat,dog` or `NAME,dataset,cat,dog`.
final class ClassList {
  private final List<String> classNames;
  private final StringBuilder csv = new StringBuilder("image,classes from,classes\n");
  private int images;
  private int predicted;

  ClassList(List<String> classNames) {
    this.classNames = classNames;
  }

  void add(InputImage image, ImageClasses.Found found) {
    images++;
    predicted += found.predicted() ? 1 : 0;
    var classes =
        IntStream.range(0, classNames.size())
            .filter(k -> found.multiHot()[k] > 0)
            .mapToObj(k -> "," + CsvCell.of(classNames.get(k)))
            .collect(Collectors.joining());
    csv.append(CsvCell.of(image.name()))
        .append(found.predicted() ? ",predicted" : ",dataset")
        .append(classes)
        .append('\n');
  }

  int size() {
    return images;
  }

  int predicted() {
    return predicted;
  }

  /// @throws DataException if the file cannot be written
  void write(Path file) {
    try {
      AtomicFile.write(file, csv.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new DataException(
          "cannot write %s: %s; check the folder and the free space"
              .formatted(file, IoReason.of(e)),
          e);
    }
  }
}
