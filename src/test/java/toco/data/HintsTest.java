package toco.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.data.LabelFiles.assertRefused;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import toco.config.Config;
import toco.config.Split;
import toco.data.Finding.Kind;
import toco.image.ImageSize;
import toco.image.ImageWriter;
import toco.image.LabelMap;

/// Hints of the images a, b and sub/c, 40×30 px, whose classes are cat, dog and teddy bear.
class HintsTest extends CheckedDataSet {
  private WeakLabels open(String... more) {
    var config = withHints("hints.csv", more);
    return WeakLabels.open(config.data(), Dataset.open(config.data(), Split.TRAIN));
  }

  private Config withHints(String hints, String... more) {
    var keys = new ArrayList<>(List.of("data.hints=" + hints));
    keys.addAll(List.of(more));
    return config(keys.toArray(String[]::new));
  }

  private WeakLabels table(String text, String... more) {
    LabelFiles.write(root, "hints.csv", text);
    return open(more);
  }

  private static List<String> points(WeakLabels weak, String image) {
    var hints = (ImageHints.Points) weak.hintsOf(image).orElseThrow();
    return hints.points().stream()
        .map(it -> "%s,%s=%s".formatted(it.column(), it.row(), it.label()))
        .toList();
  }

  private void drawn(String name, int widthPx, int heightPx, int first) {
    var labels = new byte[widthPx * heightPx];
    Arrays.fill(labels, (byte) LabelMap.IGNORE);
    labels[0] = (byte) first;
    labels[widthPx + 2] = 0;
    ImageWriter.writePng(
        new LabelMap(MemorySegment.ofArray(labels), widthPx, heightPx),
        LabelFiles.write(root, "hints/" + name + ".png", ""));
  }

  @Test
  void pointsAreReadByNameIndexAndBackground() {
    var weak =
        table("a.png,0,0,cat\na,39,29,2\nsub/c,5.9,7.2,Teddy_Bear\nb,1,1,background\nb,2,1,0\n");
    assertEquals(List.of("0,0=1", "39,29=2"), points(weak, "a"));
    assertEquals(List.of("5,7=3"), points(weak, "sub/c"));
    assertEquals(List.of("1,1=0", "2,1=0"), points(weak, "b"));
    assertTrue(weak.hasHints());
    assertEquals(3, weak.hintRadiusPx());
    assertEquals(3, withHints("hints.csv").data().hintRadiusPx());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name,x,y,class\na,3,4,dog\n",
        "label;Y;note;X;Image\ndog;4;hm;3;a.png\n",
        "# file,x,y,label\na\t3\t4\tdog\n",
        "# points\n\n\"a\";\"3,0\";4;\"dog\"\r\n",
        "sep=|\na|3|4|dog|by me\n",
        "C:\\pets\\a.png,3,4,dog\na,3,4,dog\n"
      })
  void tablesAreReadAsOthersAre(String text) {
    assertEquals(List.of("3,4=2"), points(table(text), "a"));
  }

  /// Every fault of a table is one line that says where it is.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a,40,0,cat | :2: the point x 40, y 0 is outside of a, which is 40×30 px",
        "a,0,30,cat | x must be 0…39 and y 0…29",
        "a,-1,5,cat | :2: the point x -1, y 5 is outside of a",
        "a,3,-0.5,cat | :2: the point x 3, y -0.5 is outside of a",
        "a,three,5,cat | :2: x is 'three'; expected a number of pixels",
        "a,3,NaN,cat | :2: y is 'NaN'; expected a number of pixels",
        "a,3,,cat | :2: y is ''; expected a number of pixels",
        "a,3,5,tac | :2: unknown class 'tac'; did you mean 'cat'?",
        "a,3,5,4 | :2: class 4; expected 0 (background), 1…3 or the name of a class",
        "a,3,5,255 | :2: class 255; expected 0 (background), 1…3",
        "a,3,5 | :2: 3 fields; expected the image, x, y and the class (name,x,y,class)",
        "\"\",3,5,cat | :2: the name of the image is missing",
        "d,3,5,cat | :2: there is no image 'd' in the data set",
        "b,1,1,dog | :2: x 1, y 1 of b has another class in line 1; remove one of the lines",
      })
  void faultsOfATableAreNamed(String line, String message) {
    LabelFiles.write(root, "hints.csv", "b,1,1,cat\n" + line + "\n");
    assertRefused(this::open, root.resolve("hints.csv").toString(), message);
    assertFalse(DataCheck.run(withHints("hints.csv"), false, (_, _, _) -> {}).usable());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"no.csv | no.csv does not exist; set data.hints to a folder", "a.png | is one file"})
  void aWrongPathIsNamed(String path, String message) {
    var data = withHints(path).data();
    var train = Dataset.open(data, Split.TRAIN);
    assertRefused(() -> WeakLabels.open(data, train), message);
  }

  @Test
  void aTableWithoutPointsIsRefused() {
    assertRefused(() -> table("# none\n"), "hints.csv has no point; expected lines with the image");
    assertRefused(() -> table("name,x,y,class\n"), "hints.csv has no point");
  }

  /// Points of the validation images are known to be such; they are not trained on.
  @Test
  void pointsOfOtherImagesAreSkipped() {
    var weak = table("v,1,1,cat\na,2,2,cat\n");
    assertTrue(weak.hintsOf("v").isEmpty());
    assertEquals(List.of("2,2=1"), points(weak, "a"));
    assertTrue(weak.hintsOf("b").isEmpty());
  }

  @Test
  void classesThatAreNotTrainedAreLeftOut() {
    csv("a,cat\nb,dog\n");
    var weak =
        table(
            "a,1,1,cat\na,2,2,dog\na,3,3,2\n", "data.classNames=[cat]", "data.otherClasses=ignore");
    assertEquals(List.of("1,1=1"), points(weak, "a"));
  }

  @Test
  void picturesAreReadByTheNamesOfTheImages() {
    drawn("a", 40, 30, 3);
    drawn("sub/c.png", 40, 30, 0);
    drawn("v", 40, 30, 1);
    var data = withHints("hints").data();
    var train = Dataset.open(data, Split.TRAIN);
    assertEquals(List.of("a", "b", "sub/c"), ((ListedDataset) train).names()); // not the hints
    var weak = WeakLabels.open(data, train);
    var hints = (ImageHints.Drawn) weak.hintsOf("a").orElseThrow();
    assertEquals(Map.of(3, 1L, 0, 1L), hints.counts());
    assertEquals(Map.of(0, 2L), weak.hintsOf("sub/c").orElseThrow().counts());
    assertTrue(weak.hintsOf("b").isEmpty());
    assertTrue(weak.hintsOf("v").isEmpty());
    try (var arena = Arena.ofConfined()) {
      var map = weak.readHints(hints, root.resolve("a.png"), new ImageSize(40, 30), arena);
      assertEquals(3, map.labels().get(ValueLayout.JAVA_BYTE, 0));
      assertEquals(0, map.labels().get(ValueLayout.JAVA_BYTE, 42));
      assertEquals((byte) 255, map.labels().get(ValueLayout.JAVA_BYTE, 1));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a | 30 | 40 | 1 | a.png is 30×40 px, its image is 40×30 px",
        "a | 40 | 30 | 4 | holds 4 at x 0, y 0; expected 0 (background), 1…3 (classes) or 255",
        "a | 40 | 30 | 254 | holds 254 at x 0, y 0",
        "z | 40 | 30 | 1 | z.png: there is no image 'z' in the data set",
      })
  void faultsOfPicturesAreNamed(String name, int width, int height, int label, String message) {
    drawn(name, width, height, label);
    var data = withHints("hints").data();
    var train = Dataset.open(data, Split.TRAIN);
    var file = root.resolve("hints/" + name + ".png").toString();
    assertRefused(() -> WeakLabels.open(data, train), file, message);
    assertFalse(DataCheck.run(withHints("hints"), false, (_, _, _) -> {}).usable());
  }

  @Test
  void anUnreadablePictureIsNamed() throws Exception {
    drawn("a", 40, 30, 1);
    var file = root.resolve("hints/a.png");
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 40));
    var data = withHints("hints").data();
    var train = Dataset.open(data, Split.TRAIN);
    assertRefused(() -> WeakLabels.open(data, train), file.toString());
    Files.write(file, new byte[0]);
    assertRefused(() -> WeakLabels.open(data, train), file.toString(), "the file is empty");
    Files.delete(file);
    assertRefused(() -> WeakLabels.open(data, train), "hints holds no .png file");
  }

  /// The check finds every fault, counts the rest, and takes contradictions for warnings, as
  /// training uses such hints.
  @Test
  void theCheckCountsAndComparesWithTheLabels() {
    LabelFiles.write(root, "hints.csv", "a,1,1,cat\na,2,2,dog\nb,1,1,dog\nb,9,9,0\nv,1,1,cat\n");
    var report = DataCheck.run(withHints("hints.csv"), false, (_, _, _) -> {});
    assertTrue(report.usable(), report.text());
    assertTrue(
        report
            .text()
            .contains("hints in 2 images; points: background 1, cat 1, dog 2, teddy bear 0\n"),
        report.text());
    var found = findings(report);
    assertEquals(List.of("a: dog"), found.get(Kind.HINT_AND_LABEL));
    assertNamed(found, Kind.LABEL_NOTE, "hints of 1 images that are not trained on, such as v");
    var json = report.splits().getFirst().toJson().get("hints");
    assertEquals(
        Map.of(
            "images",
            2,
            "unit",
            "points",
            "perClass",
            Map.of("background", 1L, "cat", 1L, "dog", 2L, "teddy bear", 0L)),
        json);

    LabelFiles.write(root, "hints.csv", "a,99,1,cat\nq,2,2,dog\nb,1,1,dog\nb,9,9,god\n");
    found = findings(DataCheck.run(withHints("hints.csv"), false, (_, _, _) -> {}));
    assertEquals(3, found.get(Kind.BAD_HINTS).size(), found.toString());
  }

  @Test
  void withoutHintsNothingIsSaidOfThem() {
    var report = check();
    assertFalse(report.text().contains("hint"), report.text());
    assertFalse(report.splits().getFirst().toJson().containsKey("hints"));
    assertTrue(
        WeakLabels.open(config().data(), Dataset.open(config().data(), Split.TRAIN)).isEmpty());
  }
}
