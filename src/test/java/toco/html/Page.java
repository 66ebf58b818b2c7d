package toco.html;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/// A written page, parsed as XML.
public record Page(Document document, String html) {
  public static Page read(Path file) throws IOException {
    var html = Files.readString(file);
    return new Page(parse(html), html);
  }

  public static Document parse(String html) {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(new InputSource(new StringReader(html)));
    } catch (SAXException | IOException | ParserConfigurationException e) {
      throw new AssertionError("not well-formed: " + html, e);
    }
  }

  /// The elements at an XPath.
  public List<Element> all(String path) {
    try {
      var found =
          (NodeList)
              XPathFactory.newInstance()
                  .newXPath()
                  .evaluate(path, document, XPathConstants.NODESET);
      var elements = new ArrayList<Element>();
      for (int i = 0; i < found.getLength(); i++) {
        elements.add((Element) found.item(i));
      }
      return elements;
    } catch (XPathExpressionException e) {
      throw new AssertionError(path, e);
    }
  }

  /// Their texts.
  public List<String> texts(String path) {
    return all(path).stream().map(Element::getTextContent).toList();
  }

  /// The values of one of their attributes.
  public List<String> attributes(String path, String name) {
    return all(path).stream().map(element -> element.getAttribute(name)).toList();
  }
}
