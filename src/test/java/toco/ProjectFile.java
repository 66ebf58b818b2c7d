package toco;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/// A Maven project file.
record ProjectFile(Element project) {
  /// `pom.xml`, which builds everything.
  static final ProjectFile BUILD = read("pom.xml");

  /// @param file relative to the project's folder
  static ProjectFile read(String file) {
    try {
      var path = Markdown.HOME.resolve(Path.of(file)).toFile();
      var builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
      return new ProjectFile(builder.parse(path).getDocumentElement());
    } catch (ParserConfigurationException | SAXException | IOException e) {
      throw new AssertionError(e);
    }
  }

  /// The text at a path of names such as `properties/jackson.version`.
  String text(String path) {
    var at = project;
    for (var name : path.split("/")) {
      at = children(at, it -> it.getTagName().equals(name)).getFirst();
    }
    return at.getTextContent().strip();
  }

  /// Its dependencies in any scope but `test`, as `group:name:version`.
  List<String> dependencies() {
    var all = children(project, it -> it.getTagName().equals("dependencies")).getFirst();
    return children(all, it -> !text(it, "scope").equals("test")).stream()
        .map(it -> text(it, "groupId") + ":" + text(it, "artifactId") + ":" + text(it, "version"))
        .toList();
  }

  private static String text(Element parent, String name) {
    var found = children(parent, it -> it.getTagName().equals(name));
    return found.isEmpty() ? "" : found.getFirst().getTextContent().strip();
  }

  private static List<Element> children(Node parent, Predicate<Element> wanted) {
    var nodes = parent.getChildNodes();
    return IntStream.range(0, nodes.getLength())
        .mapToObj(nodes::item)
        .filter(Element.class::isInstance)
        .map(Element.class::cast)
        .filter(wanted)
        .toList();
  }
}
