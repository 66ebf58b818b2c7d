package toco.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A user's own classes: from the configuration, a text file or COCO's categories.
class ClassNamesTest {
  /// Ids with gaps, out of order, and after what has to be skipped.
  private static final String COCO =
      """
      {"info": {"categories": "none"}, "annotations": [{"id": 1, "segmentation": [[1.5, 2e3]]}],
       "categories": [{"supercategory": "pet", "id": 7, "name": "dog"}, {"name": "cat", "id": 2}]}
      """;

  @TempDir Path root;
  private Path yaml;

  @BeforeEach
  void nameTheRoot() throws IOException {
    yaml = root.resolve("own.yaml");
    Files.writeString(yaml, "data:\n  layout: folder\n  root: " + root + "\n");
  }

  @Test
  void aTextFileHasOneNamePerLine() throws IOException {
    Files.writeString(root.resolve("classes.txt"), "\uFEFFcat\r\n\r\n teddy bear \r\n");
    var config = load("data.classNamesFile=classes.txt");
    assertEquals(List.of("cat", "teddy bear"), config.data().classNames());
    assertEquals(3, config.model().numClasses());
  }

  @Test
  void cocosCategoriesAreInTheOrderOfTheirIds() throws IOException {
    Files.writeString(root.resolve("instances.json"), COCO);
    var classes = List.of("cat", "dog");
    assertEquals(classes, load("data.classNamesFile=instances.json").data().classNames());
    assertEquals(classes, load("data.labels=instances.json").data().classNames());
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE", "windows-1252"})
  void aTextFileMayHaveAnyCharacterSet(String charset) throws IOException {
    var mark = charset.startsWith("UTF") ? "\uFEFF" : "";
    Files.write(
        root.resolve("classes.txt"),
        (mark + "café\r\nhund\r\n").getBytes(Charset.forName(charset)));
    var config = load("data.classNamesFile=classes.txt");
    assertEquals(List.of("café", "hund"), config.data().classNames());
  }

  /// As Roboflow exports them: the group of all classes is a category, too, and ids may be text.
  @Test
  void aCategoryThatOnlyGroupsTheOthersIsNoClass() throws IOException {
    var text =
        """
        {"categories": [{"id": 0, "name": "pets", "supercategory": "none"},
          {"id": "10", "name": "dog", "supercategory": "pets"},
          {"id": "9", "name": "cat", "supercategory": "pets"},
          {"id": 11, "name": "dog", "supercategory": "pets"}]}
        """;
    Files.writeString(root.resolve("c.json"), text);
    assertEquals(List.of("cat", "dog"), load("data.classNamesFile=c.json").data().classNames());
    Files.writeString(
        root.resolve("c.json"), text.replace("\"9\"", "\"x\"").replace("pets\"}", "none\"}"));
    assertEquals(
        List.of("pets", "dog", "cat"), load("data.classNamesFile=c.json").data().classNames());
  }

  @Test
  void aSavedConfigurationNeedsNoOtherFile() throws IOException {
    Files.writeString(root.resolve("classes.txt"), "cat\ndog\n");
    var config = load("data.classNamesFile=classes.txt");
    assertNull(config.data().classNamesFile());
    Files.delete(root.resolve("classes.txt"));
    assertEquals(config, Config.parse(config.toYaml(), "saved", List.of()));
    assertEquals(config, Config.parse(config.toJson(), "saved", List.of()));
  }

  @Test
  void whatIsMissingOrWrongIsNamed() throws IOException {
    assertRefused("data.classNames has no value; layout folder needs", "data.root=.");
    assertRefused("classes.txt: no such file", "data.classNamesFile=classes.txt");
    assertRefused("--set data.classNamesFile=no.json: ", "data.classNamesFile=no.json");
    Files.writeString(root.resolve("classes.txt"), "cat\ndog\ncat\n");
    assertRefused(
        "classes.txt:3: class 'cat' appears twice, first in line 1",
        "data.classNamesFile=classes.txt");
    assertRefused(
        "both given", "data.classNamesFile=classes.txt", "data.classNames=[cat, dog, mouse]");
    Files.writeString(root.resolve("classes.txt"), "\n");
    assertRefused("classes.txt is empty", "data.classNamesFile=classes.txt");
    Files.write(root.resolve("classes.txt"), new byte[] {'a', (byte) 0x81, '\n'});
    assertRefused("classes.txt: not text", "data.classNamesFile=classes.txt");
  }

  @Test
  void jsonThatIsNotCocosIsNamedWithItsLine() throws IOException {
    for (var text :
        List.of(
            "",
            "[]",
            "{}",
            "{\n\"categories\": 5}",
            "{\n\"categories\": [5]}",
            "{\n\"categories\": [{\"id\": 1}]}",
            "{\n\"categories\": [{\"id\": 1.5, \"name\": \"cat\"}]}",
            "{\n\"categories\": [{\"id\": 1" + "0".repeat(30) + ", \"name\": \"cat\"}]}",
            "{\n\"categories\": [{\"id\": 1, \"name\": \"a\"}, {\"id\": 1, \"name\": \"b\"}]}",
            "{\n\"x\": " + "[".repeat(100_000),
            "{\n\"categories\": [{\"id\": 1,")) {
      Files.writeString(root.resolve("c.json"), text);
      var said = assertRefused(root.resolve("c.json").toString(), "data.classNamesFile=c.json");
      boolean located = said.contains("c.json:2: ") || said.contains("nesting depth");
      assertTrue(!text.contains("\n") || located, said);
    }
  }

  /// Images in the folder itself and no lists: defaults differ from those of VOC's layout.
  @Test
  void aLayoutHasItsOwnDefaultsUnlessTheyAreGiven() {
    var folder = load("data.classNames=[cat]").data();
    assertEquals(root, folder.imagePath());
    assertEquals(root.resolve("labels.csv"), folder.labelsPath());
    assertNull(folder.trainList());
    assertEquals(
        root.resolve("my.txt"),
        load("data.classNames=[cat]", "data.trainList=my.txt").data().listPath(Split.TRAIN));
    var coco = load("data.layout=coco", "data.valLabels=val.json").data();
    assertEquals(root.resolve("lists/train.txt"), coco.listPath(Split.TRAIN));
    assertEquals(root.resolve("lists/cls_labels_onehot.npy"), coco.labelsPath(Split.TRAIN));
    assertEquals(root.resolve("val.json"), coco.labelsPath(Split.VAL));
    var line = "with data.layout=coco: data.imageDir=. data.maskDir=SegmentationClass ";
    assertTrue(Config.describe().contains(line), Config.describe());
  }

  private Config load(String... overrides) {
    return Config.load(yaml, List.of(overrides));
  }

  private String assertRefused(String part, String... overrides) {
    var error = assertThrows(ConfigException.class, () -> load(overrides));
    var said = String.valueOf(error.getMessage());
    assertTrue(said.contains(part), said);
    assertEquals(1, said.lines().count(), said);
    return said;
  }
}
