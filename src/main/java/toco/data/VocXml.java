package toco.data;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Reads Pascal VOC annotations, one `NAME.xml` per image, safely: see [SafeXml].
final class VocXml {
  static final String ENDING = ".xml";
  private static final long MAX_BYTES = 16 << 20; // those of VOC have at most 20 kB

  private final SafeXml xml = new SafeXml("VOC annotation", "annotation");

  /// Receives the elements of an annotation as they end.
  @FunctionalInterface
  interface Elements {
    /// @param path names of the element and those around it, from `annotation` on
    /// @param text of the element after its last inner one
    /// @param where file and line of its end, for error messages
    void end(List<String> path, String text, String where);
  }

  /// The annotations in a folder, sub-folders included.
  ///
  /// @throws DataException if there are none, or the folder cannot be read
  static List<Path> files(Path folder) {
    var xml = AnnotationFiles.in(folder, ENDING);
    if (xml.isEmpty()) {
      throw new DataException(
          "%s holds no .xml annotation; expected one NAME.xml per image".formatted(folder));
    }
    return xml;
  }

  /// Reads an annotation.
  ///
  /// @throws DataException naming the file, and the line with the error; or that of `elements`
  void read(Path file, Elements elements) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new DataException(
            "%s has %s bytes; an annotation has at most %s"
                .formatted(file, Files.size(file), MAX_BYTES));
      }
      var in = new ByteArrayInputStream(Files.readAllBytes(file));
      xml.read(
          in,
          file.toString(),
          new SafeXml.Elements() {
            @Override
            public void end(List<String> path, String text, String where) {
              elements.end(path, text, where);
            }
          });
    } catch (IOException e) {
      throw new DataException("cannot read %s: %s".formatted(file, e), e);
    }
  }
}
