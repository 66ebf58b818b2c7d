package toco.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static toco.data.LabelFiles.PETS;
import static toco.data.LabelFiles.assertRefused;
import static toco.data.LabelFiles.classesOf;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CocoInstancesTest {
  private static final String IMAGES =
      "\"images\": [{\"file_name\": \"b.jpg\", \"id\": 7, \"height\": 3}, {\"id\": -9,"
          + " \"file_name\": \"x/a.png\"}, {\"id\": 70, \"file_name\": \"none.jpg\"}]";
  private static final String ANNOTATIONS =
      "\"annotations\": [{\"segmentation\": [[1.5, 2, 3e1]], \"category_id\": 44, \"image_id\": 7,"
          + " \"id\": 1}, {\"image_id\": 7, \"category_id\": 44, \"iscrowd\": 1, \"segmentation\":"
          + " {\"counts\": \"\\u00e9\", \"size\": [1, 2]}}, {\"image_id\": 7, \"category_id\": 3},"
          + " {\"image_id\": -9, \"category_id\": 3}]";
  private static final String CATEGORIES =
      "\"categories\": [{\"id\": 44, \"name\": \"dog\"}, {\"id\": 3, \"name\": \"cat\"},"
          + " {\"id\": 90, \"name\": \"zebra\"}]";
  static final String WHOLE =
      "{\"info\": {\"images\": 5}, "
          + IMAGES
          + ",\n"
          + ANNOTATIONS
          + ",\n"
          + CATEGORIES
          + ", \"licenses\": []}";

  @TempDir Path folder;

  /// Categories are matched by name; a category without annotations need not be a class.
  @Test
  void imagesHaveTheCategoriesOfTheirAnnotations() {
    for (var text :
        List.of(
            WHOLE,
            "{" + CATEGORIES + "," + ANNOTATIONS + "," + IMAGES + "}",
            "{" + ANNOTATIONS + "," + CATEGORIES + "," + IMAGES + "}")) {
      var labels = read(text);
      assertEquals(List.of("b.jpg", "x/a.png", "none.jpg"), List.copyOf(labels.names()));
      assertEquals(List.of("cat", "dog"), classesOf("b.jpg", labels, PETS));
      assertEquals(List.of("cat"), classesOf("x/a.png", labels, PETS));
      assertEquals(List.of(), classesOf("none.jpg", labels, PETS));
    }
  }

  @Test
  void errorsNameTheFileAndLine() {
    refuses(WHOLE.replace("\"dog\"", "\"dig\""), "unknown class 'dig'; did you mean 'dog'?");
    refuses(
        WHOLE.replace("\"id\": 44", "\"id\": 45"), "category_id 44", "not among the categories");
    refuses(WHOLE.replace("\"id\": 70", "\"id\": 7"), "l.json:1: ", "image id 7 appears twice");
    refuses(WHOLE.replace("\"id\": 3", "\"id\": 44"), "l.json:3: ", "appears twice");
    refuses(WHOLE.replace("\"id\": 44", "\"id\": null"), "l.json:3: ", "without an id or a name");
    refuses(
        WHOLE.replace("\"image_id\": -9", "\"image_id\": 1.5"), "l.json:2: ", "lacks an image_id");
    refuses(
        WHOLE.replace("\"image_id\": -9", "\"image_id\": NaN"), "l.json:2: ", "lacks an image_id");
    refuses("{" + IMAGES + "," + CATEGORIES + "}", "has no annotations");
    refuses("{" + ANNOTATIONS + "," + CATEGORIES + "}", "has no images");
    refuses("{" + IMAGES + "," + ANNOTATIONS + "}", "has no categories");
    refuses("{\"images\": {}}", "l.json:1: ", "'images' is not an array");
    refuses("{\"annotations\": [1]}", "l.json:1: ", "is not an object");
    refuses("[]", "l.json", "or an object in COCO's form");
    refuses("1", "l.json:1: ", "does not hold a JSON object");
    refuses("", "l.json");
    refuses(WHOLE + "{}", "text after the JSON object");
  }

  /// Text, numbers with a fraction of 0 and leading zeros are the same id.
  @Test
  void idsMayBeText() {
    assertLabels(WHOLE.replace("\"id\": 44", "\"id\": \"44\""));
    assertLabels(WHOLE.replace("\"image_id\": 7", "\"image_id\": \"007\""));
    assertLabels(WHOLE.replace("\"category_id\": 3", "\"category_id\": 3.0"));
    assertLabels(
        WHOLE
            .replace("\"id\": 7,", "\"id\": \"img-7\",")
            .replace("\"image_id\": 7", "\"image_id\": \"img-7\""));
  }

  @Test
  void otherFieldsMayHoldAnything() {
    assertLabels(WHOLE.replace("\"height\": 3", "\"height\": NaN, \"score\": -Infinity"));
    assertLabels(
        WHOLE
            .replace("\\u00e9", "k".repeat(200_000)) // a compressed mask
            .replace("[[1.5, 2, 3e1]]", "null")
            .replace("\"info\": {", "\"info\": {\"id\": {\"id\": [1, {}]}, "));
    assertLabels("\uFEFF" + WHOLE);
  }

  /// Neither skipped annotations nor categories that are no classes are silent.
  @Test
  void whatIsSkippedIsNoted() {
    var labels = read(WHOLE.replace("\"id\": 7,", "\"id\": 8,"));
    var file = folder.resolve("l.json");
    assertEquals(List.of(), classesOf("b.jpg", labels, PETS));
    assertEquals(
        List.of(
            file + ": 3 annotations skipped, whose image_id is not among the images: 7",
            file + ": categories without annotations that are no classes: zebra"),
        labels.notes());
  }

  @Test
  void categoriesWithTheSameNameAreOneClass() {
    var labels =
        read(
            WHOLE
                .replace("\"zebra\"", "\"cat\"")
                .replace(
                    "\"image_id\": -9, \"category_id\": 3",
                    "\"image_id\": -9, \"category_id\": 90"));
    assertEquals(List.of("cat"), classesOf("x/a.png", labels, PETS));
    assertEquals(
        List.of(folder.resolve("l.json") + ": category 'cat' has ids 3 and 90"), labels.notes());
  }

  @Test
  void otherCategoriesAreLeftOutOnRequest() {
    var file =
        LabelFiles.write(
            folder,
            "l.json",
            WHOLE
                .replace("\"dog\"", "\"cow\"")
                .replace(
                    "\"image_id\": -9, \"category_id\": 3",
                    "\"image_id\": -9, \"category_id\": 5"));
    var labels = LabelFiles.readIgnoringOthers(file);
    assertEquals(List.of("cat"), classesOf("b.jpg", labels, PETS));
    assertEquals(List.of(), classesOf("x/a.png", labels, PETS));
    assertEquals(
        List.of(
            file + ": categories without annotations that are no classes: zebra",
            file + ": labels of other classes left out: 2 (category_id 5 1, cow 1)"),
        labels.notes());
    assertRefused(
        () -> ClassLabels.read(file, PETS), "unknown class 'cow'", "data.otherClasses=ignore");
  }

  @Test
  void deepNestingAndHugeNumbersAreRefused() {
    refuses("{\"info\": " + "[".repeat(200_000), "l.json", "nesting depth");
    refuses("{\"info\": " + "{\"a\":".repeat(200_000), "l.json", "nesting depth");
    refuses(WHOLE.replace("-9", "1" + "0".repeat(500)), "l.json:1: ");
    refuses(WHOLE.replace("-9", "1" + "0".repeat(5_000)), "l.json");
    refuses(WHOLE.replace("b.jpg", "b".repeat(100_000)), "l.json");
    var many = new StringBuilder("{\"annotations\": [{\"image_id\": 1, \"category_id\": 1}");
    for (int i = 2; i < 2_000; i++) {
      many.append(",{\"image_id\": 1, \"category_id\": ").append(i).append('}');
    }
    refuses(many + "]}", "more than 1024 categories");
  }

  private void assertLabels(String text) {
    var labels = read(text);
    assertEquals(List.of("cat", "dog"), classesOf("b.jpg", labels, PETS));
    assertEquals(List.of("cat"), classesOf("x/a.png", labels, PETS));
    assertEquals(List.of(), classesOf("none.jpg", labels, PETS));
  }

  private ClassLabels read(String text) {
    return ClassLabels.read(LabelFiles.write(folder, "l.json", text), PETS);
  }

  private void refuses(String text, String... parts) {
    assertRefused(() -> read(text), parts);
  }
}
