package toco.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.cam.SmallNetwork;
import toco.config.Config;
import toco.data.DataException;
import toco.data.OneHotNpy;
import toco.data.VocDataset;
import toco.data.VocFiles;
import toco.image.ImageException;
import toco.image.ImageWriter;
import toco.image.LabelMap;
import toco.image.Picture;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.LibTorch;
import toco.torch.Rng;
import toco.torch.TensorScope;

/// Two images of different shapes and random masks, and a small network with random weights.
class EvaluatorTest {
  private static final Config CONFIG = SmallNetwork.CONFIG;
  private static final List<String> CLASSES = List.of("cat", "dog", "tree");
  private static final List<String> NAMES = List.of("wide", "tall");
  private static final int[][] SIZES = {{50, 34}, {21, 45}}; // width, height
  private static final Map<String, float[]> LABELS =
      Map.of("wide", new float[] {1, 0, 1}, "tall", new float[] {0, 1, 0});

  @TempDir Path root;
  private long liveBefore;

  @BeforeEach
  void makeDataSet() throws IOException {
    for (var folder : List.of("JPEGImages", "SegmentationClassAug", "lists")) {
      Files.createDirectories(root.resolve(folder));
    }
    var random = new Random(5);
    for (int i = 0; i < NAMES.size(); i++) {
      int width = SIZES[i][0];
      int height = SIZES[i][1];
      var picture = Picture.filled(width, height, 0);
      var mask = new byte[width * height];
      for (int p = 0; p < mask.length; p++) {
        picture.rgb()[p] = random.nextInt(0x1000000);
        mask[p] = (byte) (random.nextInt(10) == 0 ? LabelMap.IGNORE : random.nextInt(4));
      }
      // Images are listed as .jpg; the decoder detects the format, and PNG is lossless.
      ImageWriter.writePng(picture, image(i));
      ImageWriter.writePng(new LabelMap(MemorySegment.ofArray(mask), width, height), mask(i));
    }
    Files.write(root.resolve("lists/val.txt"), NAMES);
    OneHotNpy.write(root.resolve("lists/cls_labels_onehot.npy"), LABELS);
    LibTorch.load();
    liveBefore = LibTorch.liveTensors();
  }

  @AfterEach
  void everyTensorIsFreed() {
    assertEquals(liveBefore, LibTorch.liveTensors(), "live tensors");
  }

  /// Of some 2500 pixels, a few may have two classes that differ by less than rounding: one pixel
  /// moves a class's IoU by about 0.002 and the mean by a quarter of that. Image-level scores have
  /// no such discontinuity.
  @Test
  void scoresEqualASlowComputationOfEachImageAlone() throws IOException {
    try (var model = model()) {
      var calls = new ArrayList<String>();
      var scores = evaluator().evaluate(model, (done, total) -> calls.add(done + "/" + total));
      assertEquals(List.of("2/2"), calls);
      assertEquals(2, scores.images());

      var truths = new ArrayList<int[][]>();
      var slow = new ArrayList<SlowScores>();
      try (var _ = TensorScope.open();
          var _ = GradMode.noGrad()) {
        for (int i = 0; i < NAMES.size(); i++) {
          var raster = ImageIO.read(mask(i).toFile()).getRaster();
          truths.add(
              SlowScores.eachPixel(
                  raster.getHeight(), raster.getWidth(), (y, x) -> raster.getSample(x, y, 0)));
          slow.add(
              new SlowScores(
                  model, CONFIG, ImageIO.read(image(i).toFile()), LABELS.get(NAMES.get(i))));
        }
      }
      double tolerance = 1e-3;
      assertEquals(
          SlowScores.miou(truths, slow.stream().map(s -> s.seg).toList(), 4),
          scores.segMiou(),
          tolerance);
      assertEquals(
          SlowScores.miou(truths, slow.stream().map(s -> s.cam).toList(), 4),
          scores.camMiou(),
          tolerance);
      assertEquals(
          SlowScores.miou(truths, slow.stream().map(s -> s.camAux).toList(), 4),
          scores.camAuxMiou(),
          tolerance);
      assertEquals(
          slow.stream().mapToDouble(s -> s.f1).average().orElseThrow(), scores.classF1(), 1e-12);
      assertEquals(
          slow.stream().mapToDouble(s -> s.cosine).average().orElseThrow(),
          scores.patchCosine(),
          1e-5);
      assertTrue(slow.stream().anyMatch(s -> s.f1 > 0), "the case is to exercise F1");
      assertTrue(
          slow.stream().anyMatch(s -> hasSeveralLabels(s.cam)),
          "the case is to exercise CAM labels");
      assertTrue(
          slow.stream().anyMatch(s -> hasSeveralLabels(s.seg)),
          "the case is to exercise segmentation");
    }
  }

  @Test
  void aPerfectNetworkScoresOne() {
    for (int i = 0; i < NAMES.size(); i++) {
      int width = SIZES[i][0];
      int height = SIZES[i][1];
      ImageWriter.writePng(
          new LabelMap(MemorySegment.ofArray(new byte[width * height]), width, height), mask(i));
    }
    try (var model = model()) {
      try (var _ = TensorScope.open();
          var _ = GradMode.noGrad()) {
        // Without weights all classes tie, and argmax is 0, the background; CAMs are 0.
        for (var name :
            List.of("decoder.conv8.weight", "classifier.weight", "aux_classifier.weight")) {
          var _ = model.params().all().get(name).fill_(0);
        }
      }
      var scores = evaluator().evaluate(model, EvaluationListener.NONE);
      assertEquals(1, scores.segMiou());
      assertEquals(1, scores.camMiou());
      assertEquals(1, scores.camAuxMiou());
      assertEquals(1, scores.maps().get(MapKind.SEG).matrix().pixelAccuracy());
      assertEquals(0, scores.classF1()); // no class predicted, though there are some
    }
  }

  @Test
  void aMissingMaskIsNamedBeforeAnyImageIsScored() throws IOException {
    Files.delete(mask(1));
    try (var model = model()) {
      var calls = new ArrayList<Integer>();
      var thrown =
          assertThrows(
              DataException.class, () -> evaluator().evaluate(model, (done, _) -> calls.add(done)));
      assertTrue(thrown.getMessage().contains(mask(1).toString()), thrown.getMessage());
      assertEquals(List.of(), calls);
    }
  }

  @Test
  void anUnreadableImageIsNamedAndNoTensorLeaks() throws IOException {
    Files.writeString(image(1), "no image");
    try (var model = model()) {
      var thrown =
          assertThrows(
              ImageException.class, () -> evaluator().evaluate(model, EvaluationListener.NONE));
      assertTrue(thrown.getMessage().contains(image(1).toString()), thrown.getMessage());
    }
  }

  @Test
  void aMaskOfAnotherSizeIsNamed() {
    ImageWriter.writePng(new LabelMap(MemorySegment.ofArray(new byte[6]), 3, 2), mask(0));
    try (var model = model()) {
      var thrown =
          assertThrows(
              DataException.class, () -> evaluator().evaluate(model, EvaluationListener.NONE));
      assertTrue(thrown.getMessage().contains(mask(0).toString()), thrown.getMessage());
      assertTrue(thrown.getMessage().contains("3×2"), thrown.getMessage());
    }
  }

  @Test
  void invalidSettingsAreNamed() {
    var scales = CONFIG.with("eval.scales=[1, 1.5]");
    assertMessage("eval.scales must be [1], got [1.0, 1.5]", scales);
    var classes = CONFIG.with("model.numClasses=3", "data.classNames=[cat, dog]");
    assertMessage(
        "the data set has 3 classes (cat, dog, tree), but model.numClasses is 3", classes);
  }

  @Test
  void overlaysHaveOneRowPerImage() throws IOException {
    Files.delete(mask(1)); // pictures, unlike scores, do not need it
    var png = root.resolve("overlays.png");
    try (var model = model()) {
      evaluator().overlays(model, 10, png);
    }
    BufferedImage sheet = ImageIO.read(png.toFile());
    assertEquals(5 * (192 + 4) + 4, sheet.getWidth()); // five tiles, gaps of 4 px
    assertTrue(
        sheet.getHeight() > 192 && sheet.getHeight() < 3 * 192, "height " + sheet.getHeight());
  }

  private void assertMessage(String part, Config config) {
    var thrown =
        assertThrows(
            IllegalArgumentException.class, () -> new Evaluator(config, dataset(), Device.CPU));
    assertTrue(thrown.getMessage().contains(part), thrown.getMessage());
    assertFalse(thrown.getMessage().contains("\n"), thrown.getMessage());
  }

  private static boolean hasSeveralLabels(int[][] labels) {
    for (int[] row : labels) {
      for (int label : row) {
        if (label != labels[0][0]) {
          return true;
        }
      }
    }
    return false;
  }

  private static Toco model() {
    Rng.manualSeed(3);
    return new Toco(CONFIG.model(), Device.CPU);
  }

  private Evaluator evaluator() {
    return new Evaluator(CONFIG, dataset(), Device.CPU);
  }

  private VocDataset dataset() {
    return VocDataset.open(VocFiles.of(root, "val"), CLASSES);
  }

  private Path image(int i) {
    return root.resolve("JPEGImages", NAMES.get(i) + ".jpg");
  }

  private Path mask(int i) {
    return root.resolve("SegmentationClassAug", NAMES.get(i) + ".png");
  }
}
