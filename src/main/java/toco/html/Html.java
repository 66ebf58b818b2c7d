package toco.html;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A piece of an HTML page, as a value. Every text and every attribute is escaped here, and nowhere
/// else, when the page is rendered; tags are always closed, so the page is well-formed XML too.
///
/// ```java
/// element("p", text("found "), element("b", text(fileName)).with("class", "name"))
/// ```
public sealed interface Html {
  /// Elements whose text is not escaped in HTML.
  Set<String> RAW_TEXT = Set.of("style", "script");

  /// Elements that have no content and, in HTML, no end tag.
  Set<String> VOID = Set.of("br", "img", "input", "link", "meta", "wbr");

  /// Plain text.
  record Text(String characters) implements Html {}

  /// An element.
  ///
  /// @param attributes in the order in which they are written
  record Element(String tag, List<Map.Entry<String, String>> attributes, List<Html> children)
      implements Html {
    public Element {
      attributes = List.copyOf(attributes);
      children = List.copyOf(children);
      if (VOID.contains(tag) && !children.isEmpty()) {
        throw new IllegalArgumentException("<%s> takes no content".formatted(tag));
      }
    }

    /// The element with one more attribute.
    public Element with(String name, Object value) {
      var more = new ArrayList<>(attributes);
      more.add(Map.entry(name, value.toString()));
      return new Element(tag, more, children);
    }
  }

  /// An element without attributes.
  static Element element(String tag, Html... children) {
    return new Element(tag, List.of(), Arrays.asList(children));
  }

  /// The same.
  static Element element(String tag, List<? extends Html> children) {
    return new Element(tag, List.of(), List.copyOf(children));
  }

  /// A value as text.
  static Text text(Object value) {
    return new Text(value.toString());
  }

  /// The whole document.
  static String document(Element html) {
    var page = new StringBuilder("<!DOCTYPE html>\n");
    write(html, page);
    return page.append('\n').toString();
  }

  private static void write(Html piece, StringBuilder page) {
    switch (piece) {
      case Text(var characters) -> escape(characters, page);
      case Element element -> write(element, page);
    }
  }

  private static void write(Element element, StringBuilder page) {
    page.append('<').append(element.tag);
    for (var attribute : element.attributes) {
      page.append(' ').append(attribute.getKey()).append("=\"");
      escape(attribute.getValue(), page);
      page.append('"');
    }
    if (VOID.contains(element.tag)) {
      page.append("/>");
      return;
    }
    page.append('>');
    // a line break between elements is not rendered, but next to text it is a space
    boolean lines =
        !element.children.isEmpty()
            && element.children.stream().allMatch(Element.class::isInstance);
    for (var child : element.children) {
      if (lines) {
        page.append('\n');
      }
      if (RAW_TEXT.contains(element.tag) && child instanceof Text(var raw)) {
        page.append(unescaped(raw));
      } else {
        write(child, page);
      }
    }
    page.append(lines ? "\n</" : "</").append(element.tag).append('>');
  }

  private static String unescaped(String raw) {
    if (raw.contains("<") || raw.contains("&")) {
      throw new IllegalArgumentException("style and script must hold no < and no &, got " + raw);
    }
    return raw;
  }

  private static void escape(String characters, StringBuilder page) {
    for (int i = 0; i < characters.length(); i++) {
      char c = characters.charAt(i);
      switch (c) {
        case '&' -> page.append("&amp;");
        case '<' -> page.append("&lt;");
        case '>' -> page.append("&gt;");
        case '"' -> page.append("&quot;");
        case '\'' -> page.append("&#39;");
        // HTML has no other control characters, not even escaped
        default -> page.append(Character.isISOControl(c) && c != '\n' && c != '\t' ? '\uFFFD' : c);
      }
    }
  }
}
