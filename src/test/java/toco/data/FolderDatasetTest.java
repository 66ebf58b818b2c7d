package toco.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.data.LabelFiles.PETS;
import static toco.data.LabelFiles.assertRefused;
import static toco.data.LabelFiles.classesOf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.config.Config;
import toco.config.DataConfig;
import toco.config.Split;
import toco.image.Resources;

class FolderDatasetTest {
  @TempDir Path root;

  @BeforeEach
  void putImages() throws IOException {
    var voc = Resources.path("data/photos");
    for (var copy :
        Map.of(
                "JPEGImages/astronaut.jpg", "party/astronaut.jpg",
                "JPEGImages/chelsea.jpg", "party/b 2.JPEG",
                "JPEGImages/coffee.jpg", "coffee.jpg",
                "SegmentationClassAug/astronaut.png", "masks/party/astronaut.png",
                "SegmentationClassAug/coffee.png", "masks/coffee.png")
            .entrySet()) {
      Files.createDirectories(root.resolve(copy.getValue()).getParent());
      Files.copy(voc.resolve(copy.getKey()), root.resolve(copy.getValue()));
    }
    LabelFiles.write(root, "labels.csv", "astronaut,cat,dog\nparty/b 2\ncoffee.jpg,dog\n");
  }

  @Test
  void allLabelledImagesAreForTraining() {
    var data = open(Split.TRAIN);
    assertEquals(List.of("coffee", "party/astronaut", "party/b 2"), names(data));
    assertEquals(root.resolve("party/b 2.JPEG"), data.imagePath(2));
    assertEquals(List.of("cat", "dog"), classesOf("party/astronaut", data.labels(), PETS));
    assertEquals(0, data.sample(2).labels()[0]);
    assertEquals(Optional.of(root.resolve("masks/coffee.png")), data.maskPath(0));
    assertEquals(Optional.empty(), data.maskPath(2));
  }

  @Test
  void imagesOfTheOtherListsAreNotTrainedOn() {
    LabelFiles.write(root, "val.txt", "astronaut.jpg\r\n");
    LabelFiles.write(root, "test.txt", "\uFEFFparty/b 2\n");
    var lists = new String[] {"data.valList=val.txt", "data.testList=test.txt"};
    assertEquals(List.of("coffee"), names(open(Split.TRAIN, lists)));
    assertEquals(List.of("party/astronaut"), names(open(Split.VAL, lists)));
    assertEquals(List.of("party/b 2"), names(open(Split.TEST, lists)));
    open(Split.VAL, lists).requireMasks();
    assertRefused(open(Split.TEST, lists)::requireMasks, "no mask for 'party/b 2'", "line 1 of");
  }

  @Test
  void aTrainingListDefinesTheOrder() {
    LabelFiles.write(root, "train.txt", "party/b 2.JPEG\ncoffee\n");
    assertEquals(
        List.of("party/b 2", "coffee"), names(open(Split.TRAIN, "data.trainList=train.txt")));
  }

  @Test
  void everyKindOfLabelFileIsRead() throws IOException {
    var expected = List.of("cat", "dog");
    var json =
        """
        {"images": [{"id": 1, "file_name": "astronaut.jpg"}, {"id": 2, "file_name": "coffee.jpg"}],
         "annotations": [{"image_id": 1, "category_id": 5}, {"image_id": 1, "category_id": 9}],
         "categories": [{"id": 9, "name": "dog"}, {"id": 5, "name": "cat"}]}
        """;
    LabelFiles.write(root, "labels.json", json);
    var xml =
        "<annotation><object><name>cat</name></object>"
            + "<object><name>dog</name></object></annotation>";
    LabelFiles.write(root, "xml/astronaut.xml", xml);
    var npy = Map.of("astronaut", new float[] {1, 1, 0}, "coffee", new float[3]);
    OneHotNpy.write(root.resolve("labels.npy"), npy);
    for (var labels : List.of("labels.json", "xml", "labels.npy", "labels.csv")) {
      var data = open(Split.TRAIN, "data.labels=" + labels);
      assertEquals(expected, classesOf("party/astronaut", data.labels(), PETS), labels);
      assertTrue(names(data).contains("party/astronaut"), labels);
    }
    // the JSON names its own classes
    var own =
        Config.parse(
            "",
            "own",
            List.of("data.layout=folder", "data.root=" + root, "data.labels=labels.json"));
    assertEquals(expected, Dataset.open(own.data(), Split.TRAIN).classNames());
  }

  @Test
  void labelsCanComeFromMasks() {
    var classes = new ArrayList<>(PETS);
    while (classes.size() < 20) {
      classes.add("class" + classes.size());
    }
    var data =
        open(
            Split.TRAIN,
            "data.labelsFromMasks=true",
            "data.classNames=" + classes,
            "data.labels=no");
    assertEquals(List.of("coffee", "party/astronaut"), names(data));
    assertTrue(data.labels().multiHot("coffee")[10] == 1); // VOC's dining table
  }

  /// Masks may be in one flat folder where file names are unique.
  @Test
  void masksMayBeInAFlatFolder() throws IOException {
    Files.move(root.resolve("masks/party/astronaut.png"), root.resolve("masks/astronaut.png"));
    assertEquals(Optional.of(root.resolve("masks/astronaut.png")), open(Split.TRAIN).maskPath(1));
    Files.copy(
        root.resolve("coffee.jpg"),
        root.resolve("astronaut.jpg")); // the flat mask is now that of this image
    LabelFiles.write(root, "labels.csv", "party/astronaut\nastronaut.jpg\n");
    var data = open(Split.TRAIN);
    assertEquals(Optional.of(root.resolve("masks/astronaut.png")), data.maskPath(0));
    assertEquals(Optional.empty(), data.maskPath(1));
  }

  /// Two images that differ in the extension do not share a mask, unless one of them is the mask.
  @Test
  void noTwoImagesShareAMask() {
    LabelFiles.write(root, "coffee.png", "");
    LabelFiles.write(root, "labels.csv", "coffee.jpg,dog\ncoffee.png,cat\n");
    var both = open(Split.TRAIN);
    assertEquals(List.of("coffee.jpg", "coffee.png"), names(both));
    assertEquals(Optional.empty(), both.maskPath(0), "masks/coffee.png may be either's");
    assertEquals(root.resolve("masks/coffee.png.png"), both.expectedMaskPath(1));
    LabelFiles.write(root, "masks/coffee.jpg.png", "");
    assertEquals(Optional.of(root.resolve("masks/coffee.jpg.png")), open(Split.TRAIN).maskPath(0));

    LabelFiles.write(root, "labels.csv", "coffee.jpg,dog\n");
    var next = open(Split.TRAIN, "data.maskDir=.");
    assertEquals(Optional.of(root.resolve("coffee.png")), next.maskPath(0));
  }

  /// Accents may be one character in the list and two in the file's name, or the reverse.
  @Test
  void listsLabelsAndMasksMaySpellAccentsDifferently() throws IOException {
    var image = root.resolve("party/Ba\u0308r.jpg");
    Files.move(root.resolve("party/astronaut.jpg"), image);
    LabelFiles.write(root, "masks/party/B\u00e4r.png", "");
    LabelFiles.write(root, "labels.csv", "B\u00e4r,cat\n");
    LabelFiles.write(root, "val.txt", "party/B\u00e4r.jpg\n");
    var data = open(Split.VAL, "data.valList=val.txt");
    assertEquals(image, data.imagePath(0));
    assertEquals(List.of("cat"), classesOf(data.name(0), data.labels(), PETS));
    data.requireMasks();
  }

  @Test
  void missingAndAmbiguousNamesAreNamedWithTheirLine() {
    LabelFiles.write(root, "labels.csv", "coffee,dog\ncoffees,dog\n");
    refuses(Split.TRAIN, "no image for 'coffees' (line 2 of " + root.resolve("labels.csv"));
    LabelFiles.write(root, "labels.csv", "coffee,dog\ncoffee.jpg,dog\n");
    refuses(Split.TRAIN, "labels.csv:2: 'coffee' and 'coffee.jpg' are the same image coffee");
    LabelFiles.write(root, "other/coffee.png", "");
    LabelFiles.write(root, "labels.csv", "astronaut\nother/coffee\nparty/coffee\n");
    refuses(Split.TRAIN, "no image for 'party/coffee' (line 3 of");
    LabelFiles.write(root, "more/coffee.png", "");
    LabelFiles.write(root, "labels.csv", "astronaut\ncoffee.png\n");
    refuses(Split.TRAIN, "labels.csv:2: 'coffee.png' matches several images");
    LabelFiles.write(root, "labels.csv", "coffee,dog\n");
    LabelFiles.write(root, "val.txt", "coffee\n");
    refuses(Split.TRAIN, "leaves no image to train on", "data.valList=val.txt");
    LabelFiles.write(root, "val.txt", "astronaut\n");
    refuses(Split.VAL, "no image-level label for party/astronaut", "data.valList=val.txt");
  }

  private void refuses(Split split, String part, String... overrides) {
    assertRefused(() -> open(split, overrides), part);
  }

  private Dataset open(Split split, String... overrides) {
    return Dataset.open(config(overrides), split);
  }

  private DataConfig config(String... more) {
    var overrides =
        new ArrayList<>(
            List.of("data.layout=folder", "data.root=" + root, "data.classNames=" + PETS));
    overrides.addAll(List.of(more));
    return Config.parse("", "test", overrides).data();
  }

  private static List<String> names(Dataset data) {
    var names = new ArrayList<String>();
    for (int i = 0; i < data.size(); i++) {
      names.add(data.name(i));
    }
    return names;
  }
}
