package toco.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// The kinds of files that image-level labels are read from, told by their names:
///
/// - `.npy`, a dict from name to zeros and ones ([OneHotNpy])
/// - `.csv`, an image and its classes a line ([CsvLabels])
/// - `.json`, COCO's instances or a user's own in that form ([CocoInstances])
/// - a folder of VOC's `.xml` annotations ([VocAnnotations])
final class LabelSource {
  private LabelSource() {}

  /// Reads labels.
  ///
  /// @return under the names that the source gives the images
  /// @throws DataException naming the file, and the line where one is wrong
  static ClassLabels read(Path labels, ClassIndex classes) {
    if (Files.isDirectory(labels)) {
      return VocAnnotations.read(labels, classes);
    }
    if (!Files.exists(labels)) {
      throw new DataException(
          ("no labels file %s; set data.labels to a .npy, .csv or COCO .json file or a "
                  + "folder of VOC .xml files")
              .formatted(labels));
    }
    var name = labels.toString();
    return switch (name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT)) {
      case "npy" -> ClassLabels.of(name, classes.size(), OneHotNpy.read(labels));
      case "csv" -> CsvLabels.read(labels, classes);
      case "json" -> CocoInstances.read(labels, classes);
      default ->
          throw new DataException(
              ("%s is no labels file; expected a .npy, .csv or COCO .json file or a folder of "
                      + "VOC .xml files")
                  .formatted(labels));
    };
  }
}
