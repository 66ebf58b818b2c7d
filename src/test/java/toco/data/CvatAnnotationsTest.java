package toco.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.data.LabelFiles.PETS;
import static toco.data.LabelFiles.assertRefused;
import static toco.data.LabelFiles.classesOf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CvatAnnotationsTest {
  /// As CVAT 2 exports a task: tags, shapes of all kinds, attributes, and an image without any.
  static final String TASK =
      """
      <?xml version="1.0" encoding="utf-8"?>
      <annotations>
        <version>1.1</version>
        <meta>
          <job><id>3</id><size>4</size><mode>annotation</mode>
            <labels>
              <label><name>dog</name><color>#fa3253</color><type>any</type>
                <attributes><attribute><name>breed</name></attribute></attributes></label>
              <label><name>never used</name></label>
            </labels>
          </job>
          <dumped>2026-01-05 10:23:45.678901+00:00</dumped>
        </meta>
        <image id="0" name="beach/IMG_1.jpg" subset="train" task_id="9" width="640" height="480">
          <tag label="cat" source="manual">
          </tag>
          <tag label="teddy_bear" source="manual"><attribute name="old">true</attribute></tag>
        </image>
        <image id="1" name="IMG 2.png" width="640" height="480">
          <box label="dog" source="manual" occluded="0" xtl="1.0" ytl="2" xbr="30" ybr="40">
            <attribute name="breed">cat</attribute>
          </box>
        </image>
        <image id="2" name="&#220;ber &amp; Co.jpg" width="640" height="480">
        </image>
        <image id="3" name="masks.jpg" width="4" height="2">
          <mask label="cat" source="semi-auto" rle="3, 2, 3" left="0" top="0" width="4" height="2"/>
          <skeleton label="dog" z_order="0"><points label="nose" points="1,2"/></skeleton>
        </image>
      </annotations>
      """;

  @TempDir Path folder;

  private static void assertTask(ClassLabels labels) {
    assertEquals(
        List.of("beach/IMG_1.jpg", "IMG 2.png", "Über & Co.jpg", "masks.jpg"),
        List.copyOf(labels.names()));
    assertEquals(List.of("cat", "teddy bear"), classesOf("beach/IMG_1.jpg", labels, PETS));
    assertEquals(List.of("dog"), classesOf("IMG 2.png", labels, PETS));
    assertTrue(labels.showsNoClass("Über & Co.jpg"));
    assertEquals(List.of("cat", "dog"), classesOf("masks.jpg", labels, PETS));
  }

  /// The file alone, its folder, and the archive as downloaded say the same.
  @Test
  void tagsAndShapesAreClasses() throws IOException {
    var xml = LabelFiles.write(folder, "task/annotations.xml", TASK);
    assertTask(ClassLabels.read(xml, PETS));
    assertTask(ClassLabels.read(xml.getParent(), PETS));
    assertTask(ClassLabels.read(zip("images/a.jpg", "JPEG", "annotations.xml", TASK), PETS));
    assertTask(ClassLabels.read(zip("task_1/annotations.xml", TASK), PETS));
    assertEquals(List.of("cat", "dog", "teddy_bear"), ClassLabels.classNames(xml));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"box", "polygon", "polyline", "points", "ellipse", "cuboid", "mask", "tag"})
  void everyShapeCounts(String shape) {
    var xml =
        "<annotations><image name='a.jpg'><%s label='cat' points='1,2'/></image></annotations>"
            .formatted(shape);
    var labels = ClassLabels.read(LabelFiles.write(folder, "a.xml", xml), PETS);
    assertEquals(List.of("cat"), classesOf("a.jpg", labels, PETS));
  }

  private Path zip(String... namesAndContents) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(bytes)) {
      for (int i = 0; i < namesAndContents.length; i += 2) {
        zip.putNextEntry(new ZipEntry(namesAndContents[i]));
        zip.write(namesAndContents[i + 1].getBytes(StandardCharsets.UTF_8));
      }
    }
    return LabelFiles.write(folder, "export.zip", bytes.toByteArray());
  }

  @Test
  void errorsNameTheFileAndLine() {
    refuses(
        TASK.replace("\"cat\"", "\"tac\""), "x.xml:15: unknown class 'tac'; did you mean 'cat'");
    refuses(TASK.replace("name=\"IMG 2.png\"", ""), "x.xml:19: an image has no name");
    refuses(TASK.replace("<tag label=\"cat\"", "<tag "), "x.xml:15: a tag has no label");
    refuses("<annotations></annotations>", "names no image", "CVAT for images 1.1");
    refuses("<annotation/>", "begins with <annotation>, expected <annotations>");
    refuses("", "x.xml", "not readable as XML");
    refuses(TASK.substring(0, 700), "x.xml", "not readable as XML");
    refuses(
        "<annotations><track id='0' label='cat'><box frame='0'/></track></annotations>",
        "tracks of a video",
        "CVAT for images 1.1");
  }

  @Test
  void archivesOfOtherThingsAreRefused() throws IOException {
    var other = zip("labelmap.txt", "cat");
    assertRefused(
        () -> ClassLabels.read(other, PETS), "export.zip holds no annotations.xml", "images 1.1");
    var damaged = LabelFiles.write(folder, "damaged.zip", "PK");
    assertRefused(() -> ClassLabels.read(damaged, PETS), "damaged.zip", "export it again");
  }

  @Test
  void otherClassesCanBeLeftOut() {
    var xml = LabelFiles.write(folder, "a.xml", TASK.replace("\"dog\"", "\"horse\""));
    var labels = LabelFiles.readIgnoringOthers(xml);
    assertTrue(labels.showsNoClass("IMG 2.png"));
    assertTrue(labels.notes().toString().contains("horse 2"), labels.notes().toString());
  }

  /// Entities, deep nesting, and tags and texts without an end are refused.
  @Test
  void hostileFilesAreRefused() throws IOException {
    refuses(
        "<!DOCTYPE a [<!ENTITY s SYSTEM 'file:///etc/passwd'>]><annotations>&s;</annotations>",
        "x.xml");
    refuses("<annotations>" + "<image name='a'>".repeat(100_000), "nested more than 32 deep");
    var zeros = "<annotations><image name='" + "a".repeat(80 << 20) + "'/></annotations>";
    var bomb = zip("annotations.xml", zeros); // 80 kB in the archive
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> assertRefused(() -> ClassLabels.read(bomb, PETS), "export.zip", "has more than"));
  }

  private void refuses(String xml, String... parts) {
    var file = LabelFiles.write(folder, "x.xml", xml);
    assertTimeoutPreemptively(
        Duration.ofSeconds(20), () -> assertRefused(() -> ClassLabels.read(file, PETS), parts));
  }
}
