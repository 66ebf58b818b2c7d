package toco.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.data.LabelFiles.assertRefused;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import toco.config.Config;
import toco.config.Split;
import toco.data.Finding.Kind;

/// Boxes in the images a, b and sub/c, 40×30 px.
class BoxesTest extends CheckedDataSet {
  private Config withBoxes(String boxes, String... more) {
    var keys = new ArrayList<>(List.of("data.boxes=" + boxes));
    keys.addAll(List.of(more));
    return config(keys.toArray(String[]::new));
  }

  private WeakLabels open(String boxes, String... more) {
    var data = withBoxes(boxes, more).data();
    return WeakLabels.open(data, Dataset.open(data, Split.TRAIN));
  }

  private void voc(String name, String... objects) {
    LabelFiles.write(
        root,
        "Annotations/" + name + ".xml",
        "<annotation>\n" + String.join("\n", objects) + "\n</annotation>");
  }

  private static String object(String name, Object... box) {
    return ("<object><name>%s</name><part><name>head</name><bndbox><xmin>1</xmin></bndbox></part>"
            + "<bndbox><xmin>%s</xmin><ymin>%s</ymin><xmax>%s</xmax><ymax>%s</ymax></bndbox>"
            + "</object>")
        .formatted(name, box[0], box[1], box[2], box[3]);
  }

  private void coco(String annotations) {
    LabelFiles.write(
        root,
        "boxes.json",
        """
        {"categories": [{"id": 7, "name": "dog"}, {"id": 90, "name": "cat"}],
         "images": [{"id": 1, "file_name": "a.png"}, {"id": "x", "file_name": "c.png"},
           {"id": 3, "file_name": "v.png"}, {"id": 4, "file_name": "none.png"}],
         "annotations": [%s]}
        """
            .formatted(annotations));
  }

  /// VOC counts from 1 and includes the last pixel: 1…40 is the whole width of 40 px.
  @Test
  void vocBoxesCountFromOneAndAreClipped() {
    voc("a", object("cat", 1, 1, 40, 30), object("dog", 3, 5.5, 10, 99));
    voc("sub/c");
    voc("v", object("cat", 1, 1, 2, 2));
    var weak = open("Annotations");
    assertEquals(
        List.of(new ClassBox(1, 0, 0, 40, 30), new ClassBox(2, 2, 4.5, 10, 30)), weak.boxesOf("a"));
    assertEquals(List.of(), weak.boxesOf("sub/c"));
    assertEquals(List.of(), weak.boxesOf("b"));
    assertEquals(List.of(), weak.boxesOf("v"));
    assertFalse(weak.hasHints());
    assertFalse(weak.isEmpty());
  }

  @Test
  void cocoBoxesAreClippedAndCrowdsSkipped() {
    coco(
        """
        {"image_id": 1, "category_id": 90, "bbox": [-5, 2.5, 15, 10], "iscrowd": 0},
        {"image_id": 1, "category_id": 7, "bbox": [0, 0, 1, 1], "iscrowd": 1},
        {"image_id": "x", "category_id": "7", "bbox": [10, 20, 30, 10], "area": [[1]]},
        {"image_id": 3, "category_id": 7, "bbox": [0, 0, 1, 1]},
        {"image_id": 1, "category_id": 7, "iscrowd": 1}
        """);
    var weak = open("boxes.json");
    assertEquals(List.of(new ClassBox(1, 0, 2.5, 10, 12.5)), weak.boxesOf("a"));
    assertEquals(List.of(new ClassBox(2, 10, 20, 40, 30)), weak.boxesOf("sub/c"));
    assertEquals(List.of(), weak.boxesOf("v"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cat | 9 | 1 | 9 | 5 | a.xml:2: the box of class cat, xmin 9.0, ymin 1.0",
        "cat | 9 | 1 | 8 | 5 | has no area",
        "cat | 1 | 7 | 8 | 5 | has no area",
        "cat | 1 | 1 | NaN | 5 | has no area",
        "cat | 41 | 1 | 50 | 5 | of class cat in a, x 40 to 50 and y 0 to 5, is outside of the"
            + " image",
        "cat | 1 | 1 | 8 | tall | a.xml:2: ymax is 'tall', expected a number of pixels",
        "tac | 1 | 1 | 8 | 9 | a.xml:2: unknown class 'tac'; did you mean 'cat'?",
      })
  void faultsOfVocBoxesAreNamed(
      String name, String xmin, String ymin, String xmax, String ymax, String message) {
    voc("a", object(name, xmin, ymin, xmax, ymax));
    assertRefused(() -> open("Annotations"), root.resolve("Annotations").toString(), message);
    assertFalse(DataCheck.run(withBoxes("Annotations"), false, (_, _, _) -> {}).usable());
  }

  @Test
  void aVocObjectNeedsAWholeBox() {
    voc("a", "<object><name>cat</name><bndbox><xmin>1</xmin></bndbox></object>");
    assertRefused(() -> open("Annotations"), "a.xml:2: the box of class cat has no ymin");
    voc("a", object("cat", 1, 1, 2, 2));
    voc("q", object("cat", 1, 1, 2, 2));
    assertRefused(() -> open("Annotations"), "q.xml: there is no image 'q' in the data set");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 | 90 | [1, 2, 0, 5] | the box [1.0, 2.0, 0.0, 5.0] of class cat in a has no area",
        "1 | 90 | [1, 2, 5, -5] | of class cat in a has no area",
        "1 | 90 | [1, 2, 5, NaN] | of class cat in a has no area",
        "1 | 90 | [1, 30, 5, 5] | of class cat in a, x 1 to 6 and y 30 to 35, is outside",
        "1 | 90 | [1, 2, 5] | a bbox must be [x, y, width, height]",
        "1 | 90 | [1, 2, 5, \"5\"] | a bbox must be [x, y, width, height]",
        "1 | 90 | null | a bbox must be [x, y, width, height]",
        "1 | 8 | [1, 2, 3, 4] | category_id 8, which is not among the categories",
        "4 | 90 | [1, 2, 3, 4] | there is no image 'none.png' in the data set",
      })
  void faultsOfCocoBoxesAreNamed(String image, String category, String bbox, String message) {
    coco("{\"image_id\": %s, \"category_id\": %s, \"bbox\": %s}".formatted(image, category, bbox));
    assertRefused(() -> open("boxes.json"), root.resolve("boxes.json").toString(), message);
    assertFalse(DataCheck.run(withBoxes("boxes.json"), false, (_, _, _) -> {}).usable());
  }

  @Test
  void anAnnotationWithoutABoxIsRefused() {
    coco("{\"image_id\": 1, \"category_id\": 90}");
    assertRefused(
        () -> open("boxes.json"), "boxes.json", "lacks an image_id, a category_id or a bbox");
    assertRefused(() -> open("labels.csv"), "labels.csv holds no boxes; set data.boxes to");
    assertRefused(() -> open("none"), "none does not exist; set data.boxes to a folder");
  }

  @Test
  void theCheckCountsAndComparesWithLabelsAndHints() {
    voc("a", object("cat", 1, 1, 10, 10), object("dog", 1, 1, 10, 10));
    voc("b", object("dog", 1, 1, 10, 10), object("dog", 20, 20, 30, 30));
    LabelFiles.write(root, "hints.csv", "b,9,9,dog\nb,10,9,dog\nb,25,25,dog\nb,39,1,cat\n");
    var report =
        DataCheck.run(withBoxes("Annotations", "data.hints=hints.csv"), false, (_, _, _) -> {});
    assertTrue(report.usable(), report.text());
    assertTrue(
        report.text().contains("boxes in 2 images; boxes: cat 1, dog 3, teddy bear 0\n"),
        report.text());
    var found = findings(report);
    assertEquals(
        List.of("a: dog is in a box only", "b: cat is in no box"), found.get(Kind.BOX_AND_LABEL));
    assertEquals(List.of("b: dog at x 10, y 9 (line 2)"), found.get(Kind.HINT_AND_BOX));
    assertEquals(
        Map.of(
            "images",
            2,
            "unit",
            "boxes",
            "perClass",
            Map.of("cat", 1L, "dog", 3L, "teddy bear", 0L)),
        report.splits().getFirst().toJson().get("boxes"));
  }
}
