package toco.data;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/// Reads labels from a folder of Pascal VOC annotations, one `NAME.xml` per image, sub-folders
/// included: an image shows the classes of its `annotation/object/name` elements.
///
/// All objects count, also those marked `difficult` or `truncated`, as in the labels of the
/// published code. The names of object parts are ignored.
///
/// Untrusted files are safe to read: document types (and with them entities), deep nesting and
/// large files are rejected.
final class VocAnnotations {
  private static final int MAX_DEPTH = 32;
  private static final long MAX_BYTES = 16 << 20; // those of VOC have at most 20 kB
  private static final List<String> ROOT = List.of("annotation");
  private static final List<String> NAME = List.of("annotation", "object", "name");

  private final XMLInputFactory factory = factory();
  private final ClassIndex classes;

  private VocAnnotations(ClassIndex classes) {
    this.classes = classes;
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

  /// @return the labels by the files' paths relative to the folder, without `.xml`
  /// @throws DataException naming the file, and the line of an unknown class
  static ClassLabels read(Path folder, ClassIndex classes) {
    var reader = new VocAnnotations(classes);
    var labels = classes.new Labels(folder.toString());
    for (var file : files(folder)) {
      var relative = folder.relativize(file).toString();
      var name = relative.substring(0, relative.length() - ".xml".length());
      try {
        reader.readOne(file, labels.image(name.replace('\\', '/'), 0));
      } catch (DataException e) {
        classes.report(e);
      }
    }
    return labels.build();
  }

  private static List<Path> files(Path folder) {
    try (var files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      var xml =
          files
              .filter(file -> !file.getFileName().toString().startsWith("."))
              .filter(file -> file.toString().toLowerCase(Locale.ROOT).endsWith(".xml"))
              .sorted()
              .toList();
      if (xml.isEmpty()) {
        throw new DataException(
            "%s holds no .xml annotation; expected one NAME.xml per image".formatted(folder));
      }
      return xml;
    } catch (IOException e) {
      throw new DataException("cannot read the folder %s: %s".formatted(folder, e), e);
    } catch (UncheckedIOException e) {
      throw new DataException("cannot read the folder %s: %s".formatted(folder, e.getCause()), e);
    }
  }

  private void readOne(Path file, BitSet shown) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new DataException(
            "%s has %s bytes; an annotation has at most %s"
                .formatted(file, Files.size(file), MAX_BYTES));
      }
      var in = new ByteArrayInputStream(Files.readAllBytes(file));
      parse(factory.createXMLStreamReader(in), file, shown);
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

  private void parse(XMLStreamReader xml, Path file, BitSet shown) throws XMLStreamException {
    var path = new ArrayDeque<String>();
    var name = new StringBuilder();
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
          name.setLength(0);
        }
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> name.append(xml.getText());
        case XMLStreamConstants.END_ELEMENT -> {
          if (NAME.equals(List.copyOf(path))) {
            var where = file + ":" + xml.getLocation().getLineNumber();
            classes.find(name.toString().strip(), where).ifPresent(shown::set);
          }
          path.removeLast();
          name.setLength(0);
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
