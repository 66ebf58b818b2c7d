package toco.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import toco.recipe.toco.TocoLosses;

/// The files in `configs/` say what they are named for.
class ConfigFilesTest {
  private static final Path CONFIGS =
      Path.of(System.getProperty("toco.home", ".")).resolve("configs");

  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(CONFIGS)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void everyFileLoadsAndRoundTrips(Path file) {
    var config = Config.load(file, List.of());
    assertEquals(config, Config.parse(config.toYaml(), "effective", List.of()));
    var name = file.getFileName().toString().replace(".yaml", "");
    assertEquals(Path.of("runs", name), config.run().dir());
  }

  @Test
  void vocFileIsTheDefaultRecipe() {
    var voc = load("voc_deit_b").with("model.pretrained=null");
    assertEquals(Config.defaults(), voc);
    assertEquals(Backbone.VIT_BASE_PATCH16_224, load("voc_vit_b").model().backbone());
  }

  @Test
  void cocoScheduleHasThreePhases() {
    for (var name : List.of("coco_deit_b", "coco_vit_b")) {
      var config = load(name);
      var loss = config.loss();
      assertEquals(List.of(0.0, 0.0, 0.0, 0.0), weights(loss, 8000));
      assertEquals(List.of(0.0, 0.0, 0.1, 0.05), weights(loss, 8001));
      assertEquals(List.of(0.0, 0.0, 0.1, 0.05), weights(loss, 12_000));
      assertFalse(loss.labelsFromMainCamAt(12_000));
      assertEquals(List.of(0.2, 0.5, 0.1, 0.05), weights(loss, 12_001));
      assertTrue(loss.labelsFromMainCamAt(12_001));
      assertEquals(1.0, loss.ctcTemperature());
      assertEquals(80_000, config.train().maxIters());
      assertEquals(80, config.data().classNames().size());
      assertEquals(0.65, config.cam().highThreshold());
      assertEquals(0.45, config.cam().backgroundThreshold());
    }
  }

  @Test
  void moreFilesHaveThePublishedValues() {
    var voc = load("more_voc_vit_b");
    assertEquals(Config.defaults(RecipeName.MORE).more(), voc.more());
    assertEquals(20_000, voc.train().maxIters());
    assertEquals(AugmentConfig.Crop.RESIZED, voc.augment().crop());
    var coco = load("more_coco_vit_b");
    assertEquals(
        new MoreConfig(
            1, 0.3, 0.1, 0.01, 0.12, 0.05, 8001, 12_001, 12_001, 16_001, 16_001, 0.07, 0.1, 0.5,
            50_001, 0.6, 0.35),
        coco.more());
    assertEquals(List.of(1.0, 0.5, 0.75, 1.25, 1.5), coco.cam().scales());
    assertEquals(coco.cam().scales(), coco.eval().camScales());
    assertEquals(0.65, coco.cam().highThreshold());
    assertEquals(0.45, coco.cam().backgroundThreshold());
    assertEquals(80_000, coco.train().maxIters());
    assertEquals(2, coco.train().samplesPerProcess());
    assertEquals(AugmentConfig.Crop.PADDED, coco.augment().crop());
    assertEquals(0.8, coco.augment().jitterProbability());
    assertEquals(CrfParams.EVALUATION, coco.eval().crf());
  }

  @Test
  void cosaFilesHaveThePublishedValues() {
    var voc = load("cosa_voc_vit_b");
    var published = Config.defaults(RecipeName.COSA);
    assertEquals(
        published.with(
            "model.pretrained=" + voc.model().pretrained(), "run.dir=" + voc.run().dir()),
        voc);
    var coco = load("cosa_coco_vit_b");
    assertEquals(
        new CosaConfig(0.5, 0.7, 0.25, 0.01, 0.1, 0.05, 0.05, 10_001, 0.9994, true), coco.cosa());
    assertEquals(0.65, coco.cam().highThreshold());
    assertEquals(0.25, coco.cam().lowThreshold());
    assertEquals(0.5, coco.cam().backgroundThreshold());
    assertEquals(60_000, coco.train().maxIters());
    assertEquals(4, coco.train().samplesPerProcess());
    assertEquals(80, coco.data().classNames().size());
  }

  /// Ten lines are enough for a user's own data.
  @Test
  void ownDataIsTenLines() throws IOException {
    assertEquals(10, Files.readAllLines(CONFIGS.resolve("own_data.yaml")).size());
    var own = load("own_data");
    assertEquals(Layout.FOLDER, own.data().layout());
    assertEquals(4, own.model().numClasses());
    assertEquals(Path.of("pets/labels.csv"), own.data().labelsPath());
  }

  /// Photographs of any number of classes: masks and lists are not needed.
  @Test
  void photosFileNeedsImagesAndATableAlone() {
    var photos = load("photos_dinov2_s");
    assertEquals(Backbone.VIT_SMALL_PATCH14_DINOV2, photos.model().backbone());
    assertEquals(Path.of("get:vit_small_patch14_dinov2.lvd142m"), photos.model().pretrained());
    assertEquals(Layout.FOLDER, photos.data().layout());
    assertEquals(Path.of("photos/labels.csv"), photos.data().labelsPath());
    for (var split : Split.values()) {
      assertFalse(photos.data().hasList(split), split.toString());
    }
  }

  @Test
  void demoTrainsASmallNetworkFromScratch() {
    var demo = load("demo");
    assertEquals(
        new EncoderShape(
            96, 8, 96, 4, 3, 4, true, 1e-6, 1 / Math.sqrt(32), false, VitVariant.PLAIN),
        demo.model().encoderShape());
    assertEquals(0.06, demo.model().initStd());
    assertEquals(1e-3, demo.optim().lr());
    assertEquals(5e-3, demo.optim().classifierLr(), 1e-18); // a product, hence the rounding
    assertEquals(3e-3, demo.optim().decoderLr(), 1e-18);
    assertEquals(List.of(0.2, 0.5, 0.0, 0.0), weights(demo.loss(), 199));
    assertEquals(List.of(0.2, 0.5, 0.1, 0.05), weights(demo.loss(), 200));
    assertEquals(List.of(1.0, 0.5), demo.cam().scales());
    assertEquals(List.of(1.0, 0.5, 1.5), demo.eval().camScales());
    assertEquals(32, demo.train().localCropSizePx());
    assertEquals(Path.of("runs/synthetic-plain"), demo.data().root());
  }

  @Test
  void livelyDemoDiffersFromTheDemoInDataLengthBoxesAndJitterOnly() {
    var lively = load("demo_lively");
    var demo = load("demo");
    assertNotEquals(demo, lively);
    assertEquals(
        demo.with(
            "data.synthetic.variant=lively",
            "train.maxIters=800",
            "train.compat=aligned",
            "augment.jitterProbability=1",
            "augment.saturation=0.4",
            "data.root=runs/synthetic-lively",
            "run.dir=runs/demo_lively"),
        lively);
  }

  private static Config load(String name) {
    return Config.load(CONFIGS.resolve(name + ".yaml"), List.of());
  }

  private static List<Double> weights(LossConfig loss, int iter) {
    return List.of(
        TocoLosses.of(loss).at(iter).of(TocoLosses.PTC),
        TocoLosses.of(loss).at(iter).of(TocoLosses.CTC),
        TocoLosses.of(loss).at(iter).of(TocoLosses.SEG),
        TocoLosses.of(loss).at(iter).of(TocoLosses.REG));
  }
}
