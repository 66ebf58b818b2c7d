package toco.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.data.OneHotNpy;
import toco.files.Json;
import toco.image.ImageWriter;
import toco.image.Picture;
import toco.image.Resources;

/// `toco data check` and `toco data labels`.
class DataCommandsTest {
  private static final Path VOC = Resources.path("data/photos");

  @TempDir Path folder;
  private Path out;

  @BeforeEach
  void nameTheFiles() throws IOException {
    write(
        "cvat.xml",
        """
        <annotations><image name="sub/a.jpg"><tag label="cat"/><box label="dog"/></image>
        <image name="b.jpg"><tag label="cat"/></image><image name="c.jpg"/></annotations>
        """);
    write(
        "tasks.json",
        """
        [{"image": "sub/a.jpg", "choice": {"choices": ["cat", "dog"]}},
         {"image": "b.jpg", "choice": "cat"}, {"image": "c.jpg"}]
        """);
    out = folder.resolve("made/labels.npy");
    write("classes.txt", "cat\ndog\n");
    write("labels.csv", "sub/a.jpg,dog,cat\nb.JPG,cat\nc\n");
    write("xml/sub/a.xml", xml("cat", "dog"));
    write("xml/b.xml", xml("cat"));
    write("xml/c.xml", xml());
    write(
        "coco.json",
        """
        {"images": [{"id": 1, "file_name": "sub/a.jpg"}, {"id": 2, "file_name": "b.jpg"},
          {"id": 3, "file_name": "c.jpg"}],
         "annotations": [{"image_id": 1, "category_id": 9}, {"image_id": 1, "category_id": 4},
          {"image_id": 2, "category_id": 4}],
         "categories": [{"id": 9, "name": "dog"}, {"id": 4, "name": "cat"}]}
        """);
  }

  /// A table that is written says what its source says.
  @Test
  void aTableCanBeWritten() throws IOException {
    var csv = folder.resolve("made.csv");
    var result = Cli.run("data", "labels", csv, "--cvat", folder.resolve("cvat.xml"));
    assertEquals(0, result.status(), result.err());
    assertEquals(
        List.of("name,label,label", "sub/a,cat,dog", "b,cat", "c"), Files.readAllLines(csv));
    var again =
        Cli.run("data", "labels", out, "--csv", csv, "--classes", folder.resolve("classes.txt"));
    assertEquals(0, again.status(), again.err());
    assertArrayEquals(new float[] {1, 1}, OneHotNpy.read(out).get("sub/a"));
  }

  @Test
  void foldersAreClasses() throws IOException {
    for (var name : List.of("dogs/a.png", "cats/old/a.png", "cats/b.png")) {
      ImageWriter.writePng(Picture.filled(8, 8, 0), folder.resolve("pets/train").resolve(name));
    }
    var csv = folder.resolve("made.csv");
    var result = Cli.run("data", "labels", csv, "--folders", folder.resolve("pets"));
    assertEquals(0, result.status(), result.err());
    assertEquals(
        List.of("name,label", "train/cats/b,cats", "train/cats/old/a,cats", "train/dogs/a,dogs"),
        Files.readAllLines(csv));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--csv labels.csv",
        "--voc-xml xml",
        "--coco-json coco.json",
        "--cvat cvat.xml",
        "--label-studio tasks.json"
      })
  void everySourceGivesTheSameLabels(String source) throws IOException {
    var option = source.split(" ");
    var list = folder.resolve("shown.txt");
    var result =
        Cli.run(
            "data",
            "labels",
            out,
            option[0],
            folder.resolve(option[1]),
            "--classes",
            folder.resolve("classes.txt"),
            "--write-list",
            list);
    assertEquals(0, result.status(), result.err());
    var labels = OneHotNpy.read(out);
    assertEquals(3, labels.size());
    assertArrayEquals(new float[] {1, 1}, labels.get("sub/a"));
    assertArrayEquals(new float[] {1, 0}, labels.get("b"));
    assertArrayEquals(new float[] {0, 0}, labels.get("c"));
    assertEquals("b\nsub/a\n", Files.readString(list));
    assertTrue(result.out().startsWith("wrote " + out + ": 3 images, 2 classes\n"), result.out());
    assertTrue(result.out().matches("(?s).*cat +2  66.7 %  #+\n.*"), result.out());
  }

  @Test
  void masksGiveTheLabelsOfTheLabelsFile() {
    var made =
        Cli.run(
            "data",
            "labels",
            out,
            "--masks",
            VOC.resolve("SegmentationClassAug"),
            "--classes",
            "voc");
    assertEquals(0, made.status(), made.err());
    var labels = OneHotNpy.read(out);
    OneHotNpy.read(VOC.resolve("lists/cls_labels_onehot.npy"))
        .forEach((name, expected) -> assertArrayEquals(expected, labels.get(name), name));
  }

  @Test
  void listsChooseAndOrderTheImages() throws IOException {
    var list = write("list.txt", "c.jpg\nsub/a\n");
    Object[] line = {
      "data", "labels", out, "--coco-json", folder.resolve("coco.json"), "--list", list
    };
    assertEquals(0, Cli.run(line).status());
    assertEquals(List.of("c", "sub/a"), List.copyOf(OneHotNpy.read(out).keySet()));
    write("list.txt", "c\ngone\n");
    assertFails("no label for 'gone' (line 2 of " + list, append(line, "--force"));
  }

  @Test
  void anExistingFileIsKeptUnlessForced() throws IOException {
    write("made/labels.npy", "mine");
    Object[] line = {"data", "labels", out, "--coco-json", folder.resolve("coco.json")};
    assertFails("already exists", line);
    assertEquals("mine", Files.readString(out));
    write("coco.json", "{}");
    assertFails("coco.json has no categories", append(line, "--force"));
    assertEquals("mine", Files.readString(out));
    nameTheFiles();
    assertEquals(0, Cli.run(append(line, "--force")).status());
    assertEquals(3, OneHotNpy.read(out).size());
  }

  @Test
  void otherClassesAreLeftOutOnRequestAndCounted() throws IOException {
    var csv = write("labels.csv", "a,cat;cow\nb,cow\n");
    var classes = folder.resolve("classes.txt");
    Object[] line = {"data", "labels", out, "--csv", csv, "--classes", classes};
    assertFails("--ignore-other-classes", line);
    var result = Cli.run(append(line, "--ignore-other-classes"));
    assertEquals(0, result.status(), result.err());
    var note = "note: " + csv + ": labels of other classes left out: 2 (cow 2)\n";
    assertTrue(result.out().startsWith(note), result.out());
    assertFails(
        "masks number the classes",
        "data",
        "labels",
        out,
        "--masks",
        VOC,
        "--classes",
        "voc",
        "--ignore-other-classes",
        "--force");
  }

  @Test
  void whatIsWrongIsOneLine() throws IOException {
    var csv = write("labels.csv", "a,cat\nb,dgo\n");
    Object[] line = {"data", "labels", out, "--csv", csv};
    assertFails("name them with --classes", line);
    assertFails(
        csv + ":2: unknown class 'dgo'; did you mean 'dog'?",
        append(line, "--classes", folder.resolve("classes.txt")));
    assertFails("no.txt: no such file", append(line, "--classes", "no.txt"));
    assertFails(
        "no such file or folder: no.csv",
        "data",
        "labels",
        out,
        "--csv",
        "no.csv",
        "--classes",
        "voc");
    assertFalse(Files.exists(out));
  }

  @Test
  void aSoundDataSetPassesTheCheck() {
    var result = check("--set", "data.root=" + VOC);
    assertEquals(0, result.status(), result.err());
    assertTrue(result.out().contains("train: 3 images, from " + VOC), result.out());
    assertTrue(result.out().endsWith("\nusable\n"), result.out());
    var json = Json.MAPPER.readTree(check("--set", "data.root=" + VOC, "--json", "--fast").out());
    assertTrue(json.get("usable").booleanValue());
    assertEquals(2, json.get("splits").size());
    assertEquals(375, json.at("/splits/0/sizes/width/0").intValue());
  }

  @Test
  void aBrokenDataSetIsReportedAndFails() throws IOException {
    write("lists/train.txt", "astronaut\nmissing\nchelsea\n");
    var result =
        check(
            "--set",
            "data.root=" + VOC,
            "--set",
            "data.trainList=" + folder.resolve("lists/train.txt"));
    assertEquals(1, result.status());
    assertEquals(1, result.err().lines().count(), result.err());
    assertTrue(result.err().contains("fix the errors above (2) and check again"), result.err());
    assertTrue(result.out().contains(" missing (line 2 of "), result.out());
    assertTrue(result.out().contains("without a label: 1 (missing)"), result.out());
    var missing = check("--set", "data.root=" + folder.resolve("nowhere"), "--json");
    assertEquals(1, missing.status());
    assertFalse(Json.MAPPER.readTree(missing.out()).get("usable").booleanValue());
  }

  private static Cli.Result check(Object... more) {
    var config = Path.of(System.getProperty("toco.home"), "configs", "voc_mini.yaml");
    return Cli.run(append(new Object[] {"data", "check", config}, more));
  }

  private static void assertFails(String named, Object... args) {
    var result = Cli.run(args);
    assertEquals(1, result.status(), result.err());
    assertEquals("", result.out());
    assertEquals(1, result.err().lines().count(), result.err());
    assertTrue(result.err().contains(named), result.err());
  }

  private static Object[] append(Object[] line, Object... more) {
    var all = new ArrayList<Object>(List.of(line));
    all.addAll(List.of(more));
    return all.toArray();
  }

  private static String xml(String... names) {
    var objects = new StringBuilder("<annotation>");
    for (var name : names) {
      objects.append("<object><name>").append(name).append("</name></object>");
    }
    return objects + "</annotation>";
  }

  private Path write(String name, String text) throws IOException {
    var file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }
}
