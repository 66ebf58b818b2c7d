package toco.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// The kinds of files that hold image-level labels, recognised by their extension:
///
/// - `.npy` or `.npz`, a dict from name to zeros and ones ([OneHotNpy])
/// - `.csv`, `.tsv` or `.txt`, one line per image with its classes ([CsvLabels])
/// - `.json`, COCO's instances or your own data in that form ([CocoInstances])
/// - a folder of VOC's `.xml` annotations ([VocAnnotations])
final class LabelSource {
  private static final String EXPECTED =
      "a .npy, .npz, .csv, .tsv, .txt or COCO .json file or a folder of VOC .xml files";

  private LabelSource() {}

  /// Reads labels.
  ///
  /// @return the labels by the names of the images in the source
  /// @throws DataException naming the file and the line with the error
  static ClassLabels read(Path labels, ClassIndex classes) {
    if (Files.isDirectory(labels)) {
      return VocAnnotations.read(labels, classes);
    }
    if (!Files.exists(labels)) {
      throw new DataException(
          "there is no labels file %s; set data.labels to %s".formatted(labels, EXPECTED));
    }
    var name = labels.toString();
    return switch (name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT)) {
      case "npy", "npz" -> classes.fromMultiHot(name, OneHotNpy.read(labels));
      case "csv", "tsv", "txt" -> CsvLabels.read(labels, classes);
      case "json" -> CocoInstances.read(labels, classes);
      case "xlsx", "xls", "ods" ->
          throw new DataException(
              labels + " is a workbook; save its sheet as CSV and set data.labels to that");
      case "pkl", "pickle" ->
          throw new DataException(
              "%s is a pickle; save its dict with numpy.save as .npy".formatted(labels));
      default ->
          throw new DataException(
              "%s is not a labels file; expected %s".formatted(labels, EXPECTED));
    };
  }
}
