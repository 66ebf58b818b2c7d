package toco.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/// The kinds of files that hold image-level labels, recognised by their extension:
///
/// - `.npy` or `.npz`, a dict from name to zeros and ones ([OneHotNpy])
/// - `.csv`, `.tsv` or `.txt`, one line per image with its classes ([CsvLabels])
/// - `.json`, COCO's instances or your own data in that form ([CocoInstances]), or an array of
///   Label Studio's tasks ([LabelStudioTasks])
/// - `.xml`, or a `.zip` or folder with `annotations.xml`, of CVAT ([CvatAnnotations])
/// - a folder of VOC's `.xml` annotations ([VocAnnotations])
/// - a folder of images with a folder for each class ([FolderClasses])
final class LabelSource {
  private static final String EXPECTED =
      "a .npy, .npz, .csv, .tsv or .txt file, a .json of COCO or Label Studio, a .xml or .zip of"
          + " CVAT, a folder of VOC .xml files or a folder of images for each class";

  private LabelSource() {}

  /// Reads labels.
  ///
  /// @return the labels by the names of the images in the source
  /// @throws DataException naming the file and the line with the error
  static ClassLabels read(Path labels, ClassIndex classes) {
    return read(labels, classes, List.of());
  }

  /// The same.
  ///
  /// @param except folders without images to label, such as that of the masks
  static ClassLabels read(Path labels, ClassIndex classes, Collection<Path> except) {
    if (Files.isDirectory(labels)) {
      return readFolder(labels, classes, except);
    }
    if (!Files.exists(labels)) {
      throw new DataException(
          "there is no labels file %s; set data.labels to %s".formatted(labels, EXPECTED));
    }
    var name = labels.toString();
    return switch (name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT)) {
      case "npy", "npz" -> classes.fromMultiHot(name, OneHotNpy.read(labels));
      case "csv", "tsv", "txt" -> CsvLabels.read(labels, classes);
      case "json" -> readJson(labels, classes);
      case "xml", "zip" -> CvatAnnotations.read(labels, classes);
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

  private static ClassLabels readJson(Path file, ClassIndex classes) {
    return LabelStudioTasks.isArray(file)
        ? LabelStudioTasks.read(file, classes)
        : CocoInstances.read(file, classes);
  }

  private static ClassLabels readFolder(Path folder, ClassIndex classes, Collection<Path> except) {
    var cvat = folder.resolve(CvatAnnotations.FILE);
    if (Files.isRegularFile(cvat)) {
      return CvatAnnotations.read(cvat, classes);
    }
    if (AnnotationFiles.in(folder, VocXml.ENDING).isEmpty()) {
      var images = ImageFolder.scan(folder, except).byName().keySet();
      if (!images.isEmpty()) {
        return FolderClasses.read(folder, images, classes);
      }
    }
    return VocAnnotations.read(folder, classes);
  }
}
