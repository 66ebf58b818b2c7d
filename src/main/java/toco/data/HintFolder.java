package toco.data;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.TreeMap;

/// Finds hints that are PNG files with the names of images: `beach/IMG_1.png` or
/// `beach/IMG_1.jpg.png` for `beach/IMG_1.jpg`.
final class HintFolder {
  private static final String ENDING = ".png";

  private HintFolder() {}

  /// Problems are reported to `classes`, and their files left out.
  ///
  /// @return by the names of the split's images
  static SequencedMap<String, ImageHints> read(
      Path folder, ClassIndex classes, AnnotatedImages images) {
    var hints = new LinkedHashMap<String, ImageHints>();
    var files = AnnotationFiles.in(folder, ENDING);
    if (files.isEmpty()) {
      throw new DataException(
          "%s holds no .png file; expected one NAME.png for each image with hints"
              .formatted(folder));
    }
    for (var file : files) {
      var name = AnnotationFiles.name(folder, file, ENDING);
      try {
        images
            .find(name, file.toString())
            .ifPresent(image -> {
              if (hints.putIfAbsent(image, new ImageHints.Drawn(file, new TreeMap<>())) != null) {
                throw new DataException(
                    "%s: there are other hints for image %s; keep one of the files"
                        .formatted(file, image));
              }
            });
      } catch (DataException e) {
        classes.report(e);
      }
    }
    return hints;
  }
}
