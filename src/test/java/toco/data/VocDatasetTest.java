package toco.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import toco.config.Layout;
import toco.image.ImageWriter;
import toco.image.LabelMap;
import toco.image.Resources;

class VocDatasetTest {
  private static final List<String> CLASSES = Layout.VOC.classNames();

  @TempDir Path root;

  @BeforeEach
  void copyThePhotographs() throws IOException {
    Path source = Resources.path("data/photos");
    try (var files = Files.walk(source)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = root.resolve(source.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
  }

  /// Images may have any ending of JPEG and PNG, and masks `.PNG`.
  @Test
  void otherEndingsAreFound() throws IOException {
    var images = root.resolve("JPEGImages");
    Files.move(images.resolve("astronaut.jpg"), images.resolve("astronaut.JPG"));
    Files.move(images.resolve("chelsea.jpg"), images.resolve("chelsea.png"));
    var masks = root.resolve("SegmentationClassAug");
    Files.move(masks.resolve("coffee.png"), masks.resolve("coffee.PNG"));
    var data = open("train");
    assertEquals(images.resolve("astronaut.JPG"), data.imagePath(0));
    assertEquals(images.resolve("chelsea.png"), data.imagePath(1));
    assertEquals(masks.resolve("coffee.PNG"), data.maskPath(2).orElseThrow());
    Files.move(images.resolve("coffee.jpg"), images.resolve("coffee.gif"));
    LabelFiles.assertRefused(
        () -> open("train"), "JPEGImages/coffee.jpg, but there is coffee.gif; add the file");
  }

  @Test
  void opensAListInOrder() {
    var data = open("train");
    data.requireMasks();
    assertEquals(List.of("astronaut", "chelsea", "coffee"), data.names());
    assertEquals(20, data.numClasses());
    var sample = data.sample(2);
    assertEquals("coffee", sample.name());
    assertEquals(1, sample.labels()[CLASSES.indexOf("diningtable")]);
    try (var arena = Arena.ofConfined()) {
      var image = sample.readImage(arena);
      assertEquals(500, image.widthPx());
      assertEquals(333, sample.readMask(image, arena).heightPx());
    }
  }

  /// Accents may be one character in the list and two in the labels and the files' names.
  @Test
  void accentsMayBeSpelledInTwoWays() throws IOException {
    var decomposed = "cafe\u0301";
    Files.move(
        root.resolve("JPEGImages/coffee.jpg"),
        root.resolve("JPEGImages/%s.jpg".formatted(decomposed)));
    Files.move(
        root.resolve("SegmentationClassAug/coffee.png"),
        root.resolve("SegmentationClassAug/%s.png".formatted(decomposed)));
    Files.writeString(root.resolve("lists/cafe.txt"), "caf\u00e9\n");
    var labels = Files.writeString(root.resolve("labels.csv"), decomposed + ",diningtable\n");
    var usual = VocFiles.of(root, "cafe");
    var files = new VocFiles(usual.imageDir(), usual.maskDir(), usual.list(), labels);
    var data = VocDataset.open(files, CLASSES);
    data.requireMasks();
    assertEquals(1, data.sample(0).labels()[CLASSES.indexOf("diningtable")]);
  }

  @Test
  void labelsFromMasksEqualTheLabelsFile() {
    var fromFile = open("train").labels();
    var fromMasks =
        VocDataset.openWithLabelsFromMasks(VocFiles.of(root, "train"), CLASSES).labels();
    for (String name : fromFile.names()) {
      assertArrayEquals(fromFile.multiHot(name), fromMasks.multiHot(name), name);
    }
  }

  @Test
  void trainingNeedsNoMasks() throws IOException {
    try (var masks = Files.list(root.resolve("SegmentationClassAug"))) {
      for (Path mask : masks.toList()) {
        Files.delete(mask);
      }
    }
    var data = open("train");
    assertTrue(data.maskPath(0).isEmpty());
    assertMessage(data::requireMasks, "no mask for 'astronaut'", "line 1 of");
  }

  @Test
  void missingFilesAreNamedWithTheirLine() throws IOException {
    assertMessage(
        () -> VocDataset.open(VocFiles.of(root.resolve("nowhere"), "train"), CLASSES), "nowhere");
    assertMessage(() -> open("trian"), "trian.txt");

    Files.writeString(lists().resolve("gap.txt"), "astronaut\n\nmissing\n");
    assertMessage(() -> open("gap"), "'missing'", "line 3 of", "gap.txt");

    Files.writeString(lists().resolve("pairs.txt"), "astronaut 1\n");
    assertMessage(() -> open("pairs"), "line 1 of", "pairs.txt");

    Files.writeString(lists().resolve("empty.txt"), "\n \n");
    assertMessage(() -> open("empty"), "empty.txt");
  }

  @Test
  void aMissingOrInvalidLabelIsNamed() throws IOException {
    Path npy = lists().resolve("cls_labels_onehot.npy");
    OneHotNpy.write(npy, Map.of("astronaut", new float[20]));
    assertMessage(() -> open("train"), "chelsea", npy.toString());

    OneHotNpy.write(npy, Map.of("astronaut", new float[21]));
    assertMessage(() -> open("train"), "astronaut", "21 values, expected 20");

    var half = new float[20];
    half[3] = 0.5f;
    OneHotNpy.write(npy, Map.of("astronaut", half));
    assertMessage(() -> open("train"), "0.5");

    Files.delete(npy);
    assertMessage(() -> open("train"), "cls_labels_onehot.npy");
  }

  @Test
  void aMaskOfAnotherSizeOrWithAnUnknownLabelIsNamed() {
    var sample = open("train").sample(0);
    Path mask = sample.maskPath().orElseThrow();
    try (var arena = Arena.ofConfined()) {
      var image = sample.readImage(arena);
      ImageWriter.writePng(new LabelMap(arena.allocate(12), 4, 3), mask);
      assertMessage(() -> sample.readMask(image, arena), mask.toString(), "4×3", "375×500");

      var labels = new byte[375 * 500];
      labels[7] = 21;
      ImageWriter.writePng(new LabelMap(MemorySegment.ofArray(labels), 375, 500), mask);
      assertMessage(() -> sample.readMask(image, arena), mask.toString(), "label 21");
      assertMessage(
          () -> VocDataset.openWithLabelsFromMasks(VocFiles.of(root, "train"), CLASSES),
          "label 21");
    }
  }

  private Path lists() {
    return root.resolve("lists");
  }

  private VocDataset open(String split) {
    return VocDataset.open(VocFiles.of(root, split), CLASSES);
  }

  private static void assertMessage(Executable action, String... parts) {
    var e = assertThrows(DataException.class, action);
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
  }
}
