package toco.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLStreamReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafeXmlTest {
  private static final SafeXml XML = new SafeXml("list", "list");

  private static List<String> texts(byte[] file) {
    var texts = new ArrayList<String>();
    XML.read(
        new ByteArrayInputStream(file),
        "x.xml",
        new SafeXml.Elements() {
          @Override
          public void start(List<String> path, XMLStreamReader xml, String where) {}

          @Override
          public void end(List<String> path, String text, String where) {
            texts.add(text);
          }
        });
    return texts;
  }

  @ParameterizedTest
  @CsvSource({
    "'', UTF-8",
    "'\uFEFF', UTF-8",
    "'<?xml version=\"1.0\"?>', UTF-8",
    "'<?xml version=''1.0'' encoding=''UTF-8''?>', UTF-8",
    "'\uFEFF<?xml version=\"1.0\" encoding=\"utf-8\"?>', UTF-8",
    "'<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>', ISO-8859-1",
    "'<?xml version=''1.0''\n encoding = ''windows-1252'' ?>', windows-1252",
    "'\uFEFF<?xml version=\"1.0\" encoding=\"UTF-16\"?>', UTF-16BE",
    "'\uFEFF', UTF-16LE",
    "'<?xml version=\"1.0\" encoding=\"UTF-16LE\"?>', UTF-16LE"
  })
  void everyEncodingIsReadAsDeclared(String start, String charset) {
    var file = start + "<list><a>Kühe é</a></list>";
    assertEquals(List.of("Kühe é", ""), texts(file.getBytes(Charset.forName(charset))));
  }

  /// The JDK's parser would print a line of its own.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "é<list/>",
        "<?xml version='1.0é' encoding='UTF-8'?><list/>",
        "<liést/>",
        "<list><a>é</a></list>",
        "<list a='é'/>",
        "<list><!-- é --></list>"
      })
  @ResourceLock(Resources.SYSTEM_ERR)
  void bytesThatAreNoTextAreOneLine(String text) {
    var printed = new ByteArrayOutputStream();
    var stderr = System.err;
    System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      var thrown =
          assertThrows(
              DataException.class, () -> texts(text.getBytes(StandardCharsets.ISO_8859_1)));
      assertEquals(
          "not readable as XML: it has bytes that are not text in its encoding; save it as UTF-8",
          thrown.getMessage().replaceFirst("^x\\.xml(:1)?: ", ""));
    } finally {
      System.setErr(stderr);
    }
    assertEquals("", printed.toString(StandardCharsets.UTF_8));
  }

  @Test
  void bytesBehindTheDeclarationAreReadToo() {
    var text = "x".repeat(100_000) + "ü";
    var file = "<list><a>" + text + "</a></list>";
    assertEquals(List.of(text, ""), texts(file.getBytes(StandardCharsets.UTF_8)));
  }
}
