package toco.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;

/// The kinds of files that hold boxes: a folder of VOC's `.xml` annotations ([VocBoxes]), or a
/// `.json` in COCO's form ([CocoBoxes]).
final class BoxSource {
  private BoxSource() {}

  /// Problems with single boxes are reported to `classes`, and these left out.
  ///
  /// @return the boxes by the names of the split's images
  /// @throws DataException if the boxes cannot be read at all
  static SequencedMap<String, List<ClassBox>> read(
      Path boxes, ClassIndex classes, AnnotatedImages images) {
    if (Files.isDirectory(boxes)) {
      return VocBoxes.read(boxes, classes, images);
    }
    if (Files.exists(boxes) && boxes.toString().toLowerCase(Locale.ROOT).endsWith(".json")) {
      return CocoBoxes.read(boxes, classes, images);
    }
    throw new DataException(
        "%s %s; set data.boxes to a folder of VOC .xml files or a COCO .json file"
            .formatted(boxes, Files.exists(boxes) ? "holds no boxes" : "does not exist"));
  }

  /// Checks that a box has an area.
  ///
  /// @param where what has the box, for the error message
  static void requireArea(ClassBox box, String text, String where) {
    boolean isFinite =
        Double.isFinite(box.left() + box.top()) && Double.isFinite(box.right() + box.bottom());
    if (!isFinite || box.right() <= box.left() || box.bottom() <= box.top()) {
      throw new DataException(
          "%s: the box %s has no area; correct or remove it".formatted(where, text));
    }
  }
}
