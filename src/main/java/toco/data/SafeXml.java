package toco.data;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.SequenceInputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/// Reads XML as a stream.
///
/// Untrusted files are safe to read: document types (and with them entities), deep nesting and long
/// tags and texts are rejected.
///
/// @param what what is read, for error messages, such as `VOC annotation`
/// @param root name of the outermost element
/// @param factory as [#factory] makes it
record SafeXml(String what, String root, XMLInputFactory factory) {
  private static final int MAX_DEPTH = 32;
  private static final int DECLARATION_BYTES = 256;
  private static final String BYTE_ORDER_MARK = "\u00EF\u00BB\u00BF"; // UTF-8's, byte by byte

  private static final Pattern ENCODING =
      Pattern.compile("^\\W*<\\?xml[^>]*\\sencoding\\s*=\\s*[\"']([^\"']*)[\"']");

  SafeXml(String what, String root) {
    this(what, root, newFactory());
  }

  /// Receives the elements of a file.
  interface Elements {
    /// @param path names of the element and those around it, from the root on
    /// @param xml gives the element's attributes
    default void start(List<String> path, XMLStreamReader xml, String where) {}

    /// @param text of the element after its last inner one
    /// @param where file and line of its end, for error messages
    default void end(List<String> path, String text, String where) {}
  }

  private static XMLInputFactory newFactory() {
    var factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
    factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, false);
    factory.setProperty(XMLInputFactory.IS_COALESCING, true);
    factory.setXMLReporter((_, _, _, _) -> {}); // the default one prints to standard error
    return factory;
  }

  /// Reads a file to its end.
  ///
  /// @param source its name, for error messages
  /// @throws DataException naming the file, and the line with the error; or that of `elements`
  void read(InputStream in, String source, Elements elements) {
    try {
      parse(open(new ShortTags(in)), source, elements);
    } catch (XMLStreamException e) {
      throw refused(source, e.getLocation() == null ? 0 : e.getLocation().getLineNumber(), e);
    } catch (DataException e) {
      throw e;
    } catch (RuntimeException e) { // the JDK's parser throws these for some damaged files
      throw refused(source, 0, e);
    }
  }

  /// Bytes are decoded here, because the JDK's parser prints to standard error where it cannot.
  private XMLStreamReader open(InputStream in) throws XMLStreamException {
    try {
      var bytes = in.readNBytes(DECLARATION_BYTES);
      var whole = new SequenceInputStream(new ByteArrayInputStream(bytes), in);
      var start = new String(bytes, StandardCharsets.ISO_8859_1);
      whole.skipNBytes(start.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length() : 0);
      return factory.createXMLStreamReader(
          new InputStreamReader(whole, charset(start).newDecoder()));
    } catch (IOException e) {
      throw new XMLStreamException(e.getMessage(), e);
    }
  }

  /// @param start of the file, one character per byte
  private static Charset charset(String start) throws XMLStreamException {
    if (start.startsWith("\u00FE\u00FF") || start.startsWith("\u00FF\u00FE")) {
      return StandardCharsets.UTF_16; // takes the order from this mark
    }
    int zero = start.indexOf('\0');
    if (zero == 0 || zero == 1) {
      return zero == 0 ? StandardCharsets.UTF_16BE : StandardCharsets.UTF_16LE;
    }
    var declared = ENCODING.matcher(start);
    var name = declared.find() ? declared.group(1) : "UTF-8";
    try {
      // a declaration that was read byte by byte is in no encoding of two bytes
      return name.toUpperCase(Locale.ROOT).startsWith("UTF-16")
          ? StandardCharsets.UTF_8
          : Charset.forName(name);
    } catch (IllegalArgumentException e) {
      throw new XMLStreamException("unknown encoding '%s'".formatted(name), e);
    }
  }

  private void parse(XMLStreamReader xml, String source, Elements elements)
      throws XMLStreamException {
    var path = new ArrayDeque<String>();
    var text = new StringBuilder();
    while (xml.hasNext()) {
      switch (xml.next()) {
        case XMLStreamConstants.START_ELEMENT -> {
          path.addLast(xml.getLocalName());
          requirePath(path, source, xml);
          elements.start(List.copyOf(path), xml, where(source, xml));
          text.setLength(0);
        }
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> text.append(xml.getText());
        case XMLStreamConstants.END_ELEMENT -> {
          elements.end(List.copyOf(path), text.toString().strip(), where(source, xml));
          path.removeLast();
          text.setLength(0);
        }
        case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
            throw new DataException(
                "%s: document types and entities are not allowed in an annotation; remove them"
                    .formatted(where(source, xml)));
        default -> {} // comments and the like
      }
    }
  }

  private void requirePath(Deque<String> path, String source, XMLStreamReader xml) {
    if (path.size() == 1 && !root.equals(path.getFirst())) {
      throw new DataException(
          "%s is not a %s: it begins with <%s>, expected <%s>"
              .formatted(source, what, DataException.shortened(path.getFirst()), root));
    }
    if (path.size() > MAX_DEPTH) {
      throw new DataException(
          "%s: elements are nested more than %s deep; is this a %s?"
              .formatted(where(source, xml), MAX_DEPTH, what));
    }
  }

  private static String where(String source, XMLStreamReader xml) {
    return source + ":" + xml.getLocation().getLineNumber();
  }

  private static DataException refused(String source, int line, Exception e) {
    var where = line > 0 ? source + ":" + line : source;
    var reason =
        e instanceof XMLStreamException xml
                && xml.getNestedException() instanceof CharacterCodingException
            ? "it has bytes that are not text in its encoding; save it as UTF-8"
            : String.valueOf(e.getMessage()).lines().toList().getLast();
    return new DataException(
        "%s: not readable as XML: %s".formatted(where, DataException.shortened(reason)), e);
  }

  /// Limits what the parser keeps of a file at once, in every character set: the bytes between two
  /// angle brackets.
  private static final class ShortTags extends InputStream {
    private static final int MAX_BYTES = 64 << 20; // a mask in a tag of CVAT may be large

    private final InputStream in;
    private int length;

    ShortTags(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      var one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
      int read = in.read(bytes, offset, count);
      for (int i = offset; i < offset + read; i++) {
        length = bytes[i] == '<' || bytes[i] == '>' ? 0 : length + 1;
      }
      if (length > MAX_BYTES) {
        throw new IOException("a tag or text has more than %s bytes".formatted(MAX_BYTES));
      }
      return read;
    }
  }
}
