package toco.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static toco.data.LabelFiles.PETS;
import static toco.data.LabelFiles.assertRefused;
import static toco.data.LabelFiles.classesOf;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VocAnnotationsTest {
  /// Two objects, one difficult, one with parts; the names of parts are no classes.
  static final String TWO =
      """
      <?xml version="1.0"?>
      <annotation>
        <filename>other.jpg</filename>
        <size><width>500</width><height>375</height><depth>3</depth></size>
        <object>
          <name>cat</name><difficult>1</difficult>
          <bndbox><xmin>1</xmin><ymin>2</ymin><xmax>30</xmax><ymax>40</ymax></bndbox>
          <part><name>head</name><bndbox><xmin>1</xmin></bndbox></part>
        </object>
        <object><!-- a toy --><name> <![CDATA[teddy]]> bear
        </name></object>
      </annotation>
      """;

  @TempDir Path folder;

  @Test
  void allObjectsOfAnImageCount() {
    LabelFiles.write(folder, "b.xml", TWO);
    LabelFiles.write(folder, "a/x.XML", "<annotation/>");
    LabelFiles.write(folder, "notes.txt", "not read");
    LabelFiles.write(folder, "._b.xml", "not read");
    var labels = read();
    assertEquals(List.of("a/x", "b"), List.copyOf(labels.names()));
    assertEquals(List.of("cat", "teddy bear"), classesOf("b", labels, PETS));
    assertEquals(List.of(), classesOf("a/x", labels, PETS));
  }

  @Test
  void anUnknownClassIsNamedWithItsLine() {
    LabelFiles.write(folder, "a.xml", TWO.replace("cat", "tac"));
    assertRefused(this::read, folder.resolve("a.xml") + ":6: unknown class 'tac'");
  }

  @Test
  void aFolderWithoutAnnotationsIsRefused() {
    assertRefused(this::read, folder.toString(), "holds no .xml annotation");
  }

  @Test
  void otherXmlIsRefused() {
    refuses("<html><body/></html>", "begins with <html>, expected <annotation>");
    refuses("<annotation><object></annotation>", "x.xml:1: not readable as XML");
    refuses("", "x.xml", "not readable as XML");
    refuses(
        "<?xml version='1.0' encoding='klingon'?><annotation/>", "x.xml", "not readable as XML");
    refuses("<annotation>&nbsp;</annotation>", "x.xml");
    refuses("<a:annotation/>", "x.xml", "expected <annotation>");
  }

  /// Entities that would expand to gigabytes, or read another file, are rejected.
  @Test
  void entitiesAreRefused() {
    var bomb = new StringBuilder("<?xml version='1.0'?><!DOCTYPE annotation [<!ENTITY l0 'lol'>");
    for (int i = 1; i < 12; i++) {
      bomb.append("<!ENTITY l%d '".formatted(i)).append("&l%d;".formatted(i - 1).repeat(10));
      bomb.append("'>");
    }
    bomb.append("]><annotation><object><name>&l11;</name></object></annotation>");
    refuses(bomb.toString(), "x.xml");
    var secret = LabelFiles.write(folder, "secret.txt", "cat");
    refuses(
        ("<!DOCTYPE a [<!ENTITY s SYSTEM "
                + "'%s'>]><annotation><object><name>&s;</name></object></annotation>")
            .formatted(secret.toUri()),
        "x.xml");
    refuses("<!DOCTYPE a SYSTEM '%s'><annotation/>".formatted(secret.toUri()), "x.xml");
  }

  @Test
  void deepNestingAndLargeFilesAreRefused() {
    refuses("<annotation>" + "<a>".repeat(100_000), "nested more than 32 deep");
    refuses("<annotation>" + " ".repeat(17 << 20) + "</annotation>", "bytes");
    refuses("<annotation " + "a".repeat(1 << 20) + "='1'/>", "x.xml");
  }

  private ClassLabels read() {
    return ClassLabels.read(folder, PETS);
  }

  private void refuses(String xml, String... parts) {
    LabelFiles.write(folder, "x.xml", xml);
    assertTimeoutPreemptively(Duration.ofSeconds(20), () -> assertRefused(this::read, parts));
  }
}
