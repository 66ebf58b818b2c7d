package toco.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static toco.data.LabelFiles.assertRefused;
import static toco.data.LabelFiles.classesOf;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.config.Config;
import toco.config.Layout;
import toco.config.Split;

/// COCO 2014 as unpacked, with the published lists.
class CocoDatasetTest {
  private static final String TRAIN = "COCO_train2014_000000000009";
  private static final String VAL = "COCO_val2014_000000000042";
  private static final List<String> CLASSES = Layout.COCO.classNames();

  @TempDir Path root;

  @BeforeEach
  void layOut() {
    LabelFiles.write(root, "train2014/" + TRAIN + ".jpg", "");
    LabelFiles.write(root, "val2014/" + VAL + ".jpg", "");
    LabelFiles.write(root, "SegmentationClass/val2014/" + VAL + ".png", "");
    LabelFiles.write(root, "lists/train.txt", TRAIN + "\n");
    LabelFiles.write(root, "lists/val_part.txt", VAL + "\n");
  }

  @Test
  void labelsComeFromTheInstancesOfEachSplit() {
    LabelFiles.write(root, "annotations/instances_train2014.json", instances(TRAIN, 90, 1));
    LabelFiles.write(root, "annotations/instances_val2014.json", instances(VAL, 13));
    String[] keys = {
      "data.labels=annotations/instances_train2014.json",
      "data.valLabels=annotations/instances_val2014.json"
    };
    var train = open(Split.TRAIN, keys);
    assertEquals(root.resolve("train2014/" + TRAIN + ".jpg"), train.imagePath(0));
    assertEquals(List.of("person", "toothbrush"), classesOf(TRAIN, train.labels(), CLASSES));
    assertEquals(Optional.empty(), train.maskPath(0));
    var val = open(Split.VAL, keys);
    assertEquals(root.resolve("val2014/" + VAL + ".jpg"), val.imagePath(0));
    assertEquals(List.of("stop sign"), classesOf(VAL, val.labels(), CLASSES));
    val.requireMasks();
  }

  @Test
  void labelsComeFromTheOneHotFile() {
    var person = new float[80];
    person[0] = 1;
    OneHotNpy.write(root.resolve("lists/cls_labels_onehot.npy"), Map.of(TRAIN, person));
    var train = open(Split.TRAIN);
    assertEquals(List.of("person"), classesOf(TRAIN, train.labels(), CLASSES));
    assertRefused(() -> open(Split.VAL), "no image-level label for " + VAL);
  }

  /// Lists may include the folder; the labels need not.
  @Test
  void aNameMayIncludeItsFolder() {
    LabelFiles.write(root, "lists/train.txt", "train2014/" + TRAIN + "\n");
    LabelFiles.write(root, "l.json", instances(TRAIN, 1));
    var train = open(Split.TRAIN, "data.labels=l.json");
    assertEquals(root.resolve("train2014/" + TRAIN + ".jpg"), train.imagePath(0));
    assertEquals(1, train.sample(0).labels()[0]);
  }

  @Test
  void aMissingImageIsNamedWithItsLine() {
    LabelFiles.write(root, "lists/train.txt", TRAIN + "\nCOCO_train2014_000000000025\n");
    LabelFiles.write(root, "l.json", instances(TRAIN, 1));
    assertRefused(
        () -> open(Split.TRAIN, "data.labels=l.json"),
        "(line 2 of",
        root.resolve("train2014/COCO_train2014_000000000025.jpg").toString());
  }

  /// COCO's instances, with the ids of its categories, which skip ten numbers.
  private static String instances(String image, int... ids) {
    var annotations = new StringBuilder();
    var categories = new StringBuilder();
    for (int id : ids) {
      annotations
          .append(annotations.isEmpty() ? "" : ",")
          .append("{\"image_id\": 9, \"category_id\": ")
          .append(id)
          .append('}');
    }
    var missing = List.of(12, 26, 29, 30, 45, 66, 68, 69, 71, 83);
    int id = 0;
    for (var name : CLASSES) {
      do {
        id++;
      } while (missing.contains(id));
      categories
          .append(categories.isEmpty() ? "" : ",")
          .append("{\"id\": %d, \"name\": \"%s\"}".formatted(id, name));
    }
    return ("{\"images\": [{\"id\": 9, \"file_name\": \"%s.jpg\"}], \"annotations\": [%s], "
            + "\"categories\": [%s]}")
        .formatted(image, annotations, categories);
  }

  private Dataset open(Split split, String... overrides) {
    var keys = new ArrayList<>(List.of("data.layout=coco", "data.root=" + root));
    keys.addAll(List.of(overrides));
    return Dataset.open(Config.parse("", "test", keys).data(), split);
  }
}
