package toco.data;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/// Reads Pascal VOC annotations, one `NAME.xml` per image.
///
/// Untrusted files are safe to read: document types (and with them entities), deep nesting and
/// large files are rejected.
final class VocXml {
  static final String ENDING = ".xml";
  private static final int MAX_DEPTH = 32;
  private static final long MAX_BYTES = 16 << 20; // those of VOC have at most 20 kB
  private static final List<String> ROOT = List.of("annotation");

  private final XMLInputFactory factory = factory();

  /// Receives the elements of an annotation as they end.
  @FunctionalInterface
  interface Elements {
    /// @param path names of the element and those around it, from `annotation` on
    /// @param text of the element after its last inner one
    /// @param where file and line of its end, for error messages
    void end(List<String> path, String text, String where);
  }

  private static XMLInputFactory factory() {
    var factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
    factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, false);
    factory.setProperty(XMLInputFactory.IS_COALESCING, true);
    factory.setXMLReporter((_, _, _, _) -> {}); // the default one prints to standard error
    return factory;
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
      parse(factory.createXMLStreamReader(in), file, elements);
    } catch (IOException e) {
      throw new DataException("cannot read %s: %s".formatted(file, e), e);
    } catch (XMLStreamException e) {
      throw refused(file, e.getLocation() == null ? 0 : e.getLocation().getLineNumber(), e);
    } catch (DataException e) {
      throw e;
    } catch (RuntimeException e) { // the JDK's parser throws these for some damaged files
      throw refused(file, 0, e);
    }
  }

  private static void parse(XMLStreamReader xml, Path file, Elements elements)
      throws XMLStreamException {
    var path = new ArrayDeque<String>();
    var text = new StringBuilder();
    while (xml.hasNext()) {
      switch (xml.next()) {
        case XMLStreamConstants.START_ELEMENT -> {
          path.addLast(xml.getLocalName());
          if (path.size() == 1 && !ROOT.contains(path.getFirst())) {
            throw new DataException(
                "%s is not a VOC annotation: it begins with <%s>, expected <annotation>"
                    .formatted(file, DataException.shortened(path.getFirst())));
          }
          if (path.size() > MAX_DEPTH) {
            throw new DataException(
                "%s:%s: elements are nested more than %s deep; is this a VOC annotation?"
                    .formatted(file, xml.getLocation().getLineNumber(), MAX_DEPTH));
          }
          text.setLength(0);
        }
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> text.append(xml.getText());
        case XMLStreamConstants.END_ELEMENT -> {
          elements.end(
              List.copyOf(path),
              text.toString().strip(),
              file + ":" + xml.getLocation().getLineNumber());
          path.removeLast();
          text.setLength(0);
        }
        case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
            throw new DataException(
                "%s:%s: document types and entities are not allowed in an annotation; remove them"
                    .formatted(file, xml.getLocation().getLineNumber()));
        default -> {} // comments and the like
      }
    }
  }

  private static DataException refused(Path file, int line, Exception e) {
    var where = line > 0 ? file + ":" + line : file.toString();
    var reason = String.valueOf(e.getMessage()).lines().toList().getLast();
    return new DataException(
        "%s: not readable as XML: %s".formatted(where, DataException.shortened(reason)), e);
  }
}
