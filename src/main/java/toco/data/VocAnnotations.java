package toco.data;

import java.nio.file.Path;
import java.util.List;

/// Reads labels from a folder of Pascal VOC annotations, one `NAME.xml` per image, sub-folders
/// included: an image shows the classes of its `annotation/object/name` elements.
///
/// All objects count, also those marked `difficult` or `truncated`, as in the labels of the
/// published code. The names of object parts are ignored.
final class VocAnnotations {
  private static final List<String> NAME = List.of("annotation", "object", "name");

  private VocAnnotations() {}

  /// @return the labels by the files' paths relative to the folder, without `.xml`
  /// @throws DataException naming the file, and the line of an unknown class
  static ClassLabels read(Path folder, ClassIndex classes) {
    var xml = new VocXml();
    var labels = classes.new Labels(folder.toString());
    for (var file : VocXml.files(folder)) {
      var shown = labels.image(AnnotationFiles.name(folder, file, VocXml.ENDING), 0);
      try {
        xml.read(
            file,
            (path, text, where) -> {
              if (path.equals(NAME)) {
                classes.find(text, where).ifPresent(shown::set);
              }
            });
      } catch (DataException e) {
        classes.report(e);
      }
    }
    return labels.build();
  }
}
