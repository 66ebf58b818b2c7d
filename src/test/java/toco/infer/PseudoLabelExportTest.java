package toco.infer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import toco.cam.CamLabels;
import toco.config.Split;
import toco.data.DataException;
import toco.data.Dataset;
import toco.eval.ConfusionMatrix;
import toco.files.ResultFolder;
import toco.image.ImageBox;
import toco.image.LabelMap;
import toco.image.RgbImage;
import toco.torch.Tensor;
import toco.torch.TensorScope;

class PseudoLabelExportTest extends InferFixture {
  private PseudoLabelExport.Result run(Refinement refinement, InferenceListener listener) {
    try (var network = network()) {
      var options =
          new PseudoLabelExport.Options(
              folder.resolve("out"), Split.TRAIN, MapSource.CAM, refinement);
      return PseudoLabelExport.write(network, options, listener);
    }
  }

  /// The folder of labels can be used as `data.maskDir`, and the result equals a slow count over
  /// the files.
  @ParameterizedTest
  @EnumSource
  void labelsHaveTheNamesOfMasksAndOnlyTheImagesClassesAndAreScored(Refinement refinement) {
    var result = run(refinement, InferenceListener.NONE);
    assertEquals(TRAIN_IMAGES, result.images());
    assertEquals(TRAIN_IMAGES, result.scored());
    var truths = Dataset.open(config().data(), Split.TRAIN);
    var made = Dataset.open(config("data.maskDir=" + folder.resolve("out")).data(), Split.TRAIN);
    made.requireMasks();
    var confusion = new ConfusionMatrix(7);
    long labelled = 0;
    long pixels = 0;
    try (var arena = Arena.ofConfined()) {
      for (int i = 0; i < made.size(); i++) {
        var sample = made.sample(i);
        var picture = sample.readImage(arena);
        var labels = values(sample.readMask(picture, arena));
        var truth = values(truths.sample(i).readMask(picture, arena));
        for (int p = 0; p < labels.length; p++) {
          pixels++;
          if (labels[p] != LabelMap.IGNORE) {
            labelled++;
            confusion.add(truth[p], labels[p]);
            assertTrue(labels[p] == 0 || sample.labels()[labels[p] - 1] > 0, "class " + labels[p]);
          }
        }
      }
    }
    assertEquals((double) labelled / pixels, result.labelledShare(), 1e-12);
    assertTrue(labelled > 0 && labelled < pixels, "the case is to have ignored pixels");
    assertArrayEquals(confusion.iou(), result.confusion().iou(), 1e-12);
  }

  /// Ignored pixels are in no annotation, and a region's score is the mean of its class's map.
  @Test
  void annotationsAreThoseOfTheLabels() {
    var out = folder.resolve("out");
    try (var network = network()) {
      var options =
          new PseudoLabelExport.Options(out, Split.TRAIN, MapSource.CAM, Refinement.NONE, FORMATS);
      var result = PseudoLabelExport.write(network, options, InferenceListener.NONE);
      assertEquals(3, result.annotations().size());
    }
    var coco = coco(out);
    assertEquals(TRAIN_IMAGES, coco.get("images").size());
    for (var image : coco.get("images")) {
      var file = image.get("file_name").asString();
      var labels = values(labels(out.resolve(file.replace(".jpg", ".png"))));
      assertAnnotated(coco, file, labels, null);
    }
    for (var annotation : coco.get("annotations")) { // above the higher threshold
      assertTrue(annotation.get("score").doubleValue() > config().cam().highThreshold());
    }
  }

  @Test
  void withoutRefinementLabelsAreThoseOfTheThresholds() {
    try (var _ = TensorScope.open()) {
      var config = config();
      var maps = Tensor.rand(2, 12, 9);
      var labels =
          new MapLabels(config.cam(), Refinement.NONE)
              .of(blank(9, 12), new ClassMaps(List.of(0, 1), maps));
      var expected =
          CamLabels.forTraining(maps.unsqueeze(0), List.of(ImageBox.full(12, 9)), config.cam());
      assertArrayEquals(expected.toLongArray(), labels.toLongArray());
    }
  }

  /// Left half black, right half white; the map of the only class is high in the left half, except
  /// for a speck in each half. The CRF follows the image: each half gets a single label. Without it
  /// the specks remain.
  @Test
  void theCrfFollowsTheImagesEdges() {
    try (var _ = TensorScope.open()) {
      int side = 32;
      var picture = blank(side, side);
      var map = new float[side * side];
      for (int i = 0; i < map.length; i++) {
        boolean left = i % side < side / 2;
        for (int c = 0; c < 3; c++) {
          picture.pixels().setAtIndex(JAVA_BYTE, 3L * i + c, (byte) (left ? 0 : 255));
        }
        map[i] = left ? 1 : 0;
      }
      map[10 * side + 5] = 0;
      map[20 * side + 25] = 1;
      var maps = new ClassMaps(List.of(3), Tensor.of(map, 1, side, side));
      var plain = new MapLabels(config().cam(), Refinement.NONE).of(picture, maps);
      assertEquals(0, plain.select(0, 10).select(0, 5).item());
      assertEquals(4, plain.select(0, 20).select(0, 25).item());
      var refined = new MapLabels(config().cam(), Refinement.CRF).of(picture, maps);
      assertEquals(1, refined.slice(1, 0, side / 2).eq(4).all().item(), "left is the class");
      assertEquals(1, refined.slice(1, side / 2, side).eq(0).all().item(), "right is background");
    }
  }

  @ParameterizedTest
  @EnumSource
  void anImageWithoutAClassIsAllBackground(Refinement refinement) {
    try (var _ = TensorScope.open()) {
      var labels =
          new MapLabels(config().cam(), refinement)
              .of(blank(9, 12), new ClassMaps(List.of(), Tensor.rand(0, 12, 9)));
      assertArrayEquals(new long[] {12, 9}, labels.shape().sizes());
      assertEquals(0, labels.abs().sum().item());
    }
  }

  @Test
  void anUnreadableImageIsNamedAndTheOthersAreLabelled() throws IOException {
    var image = data.resolve("JPEGImages/train_00002.jpg");
    var whole = Files.readAllBytes(image);
    try {
      Files.write(image, new byte[] {1});
      var heard = new Heard();
      var result = run(Refinement.NONE, heard);
      assertEquals(List.of("train_00002"), result.unreadable());
      assertEquals(TRAIN_IMAGES - 1, result.images());
      assertEquals(1, heard.messages.size());
    } finally {
      Files.write(image, whole);
    }
  }

  /// Neither masks nor images are replaced; earlier results are.
  @Test
  void labelsReplaceOnlyLabels() throws IOException {
    var mask = data.resolve("SegmentationClassAug/train_00001.png");
    var before = Files.readAllBytes(mask);
    try (var network = network()) {
      var masks = options(data.resolve("SegmentationClassAug/../SegmentationClassAug"));
      var e =
          assertThrows(
              DataException.class,
              () -> PseudoLabelExport.write(network, masks, InferenceListener.NONE));
      assertTrue(e.getMessage().contains("would replace"), e.getMessage());
      assertArrayEquals(before, Files.readAllBytes(mask));
      var images = options(data.resolve("JPEGImages"));
      assertThrows(
          DataException.class,
          () -> PseudoLabelExport.write(network, images, InferenceListener.NONE));
      for (int i = 0; i < 2; i++) {
        var out = options(data.resolve("JPEGImages/new"));
        var result = PseudoLabelExport.write(network, out, InferenceListener.NONE);
        assertEquals(TRAIN_IMAGES, result.images());
      }
      assertTrue(ResultFolder.isMarked(data.resolve("JPEGImages/new")));
    }
  }

  private static PseudoLabelExport.Options options(Path out) {
    return new PseudoLabelExport.Options(out, Split.TRAIN, MapSource.CAM, Refinement.NONE);
  }

  @Test
  void anUnreadableMaskIsNamedAndItsImageLabelledAllTheSame() throws IOException {
    var mask = data.resolve("SegmentationClassAug/train_00002.png");
    var whole = Files.readAllBytes(mask);
    try {
      Files.write(mask, new byte[] {1});
      var heard = new Heard();
      var result = run(Refinement.NONE, heard);
      assertEquals(List.of("train_00002"), result.unscored());
      assertEquals(List.of(), result.unreadable());
      assertEquals(TRAIN_IMAGES, result.images());
      assertEquals(TRAIN_IMAGES - 1, result.scored());
      assertTrue(Files.exists(folder.resolve("out/train_00002.png")));
      assertTrue(heard.messages.getFirst().contains(mask.toString()), heard.messages.toString());
    } finally {
      Files.write(mask, whole);
    }
  }

  private static RgbImage blank(int widthPx, int heightPx) {
    return new RgbImage(Arena.ofAuto().allocate(3L * widthPx * heightPx), widthPx, heightPx);
  }
}
