package toco.preview;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import toco.batch.BatchRing;
import toco.batch.BatchSource;
import toco.cam.RoiCrops;
import toco.checkpoint.SafeTensors;
import toco.checkpoint.StateDict;
import toco.config.Config;
import toco.config.Split;
import toco.data.Dataset;
import toco.files.ResultFolder;
import toco.html.Page;
import toco.image.ImageBox;
import toco.image.ImageDecoder;
import toco.image.Normalization;
import toco.image.RgbImage;
import toco.image.VocPalette;
import toco.recipe.PublishedOptimizer;
import toco.recipe.StepTile;
import toco.recipe.TrainStep;
import toco.recipes.Recipes;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// A preview shows what training sees.
class DataPreviewTest extends PreviewFixture {
  @Test
  void thePageListsTheEpochsSamplesInTrainingOrder() throws IOException {
    var config = config();
    var result = DataPreview.write(config, options("out", 5, 2));
    assertEquals(new DataPreview.Result(folder.resolve("out/index.html"), 5, List.of()), result);
    var page = Page.read(result.page());
    var dataset = Dataset.open(config.data(), Split.TRAIN);
    var sampler = BatchSource.of(config, dataset, Device.CPU).sampler();
    var expected = new ArrayList<String>();
    for (int i = 0; i < 5; i++) {
      var index = sampler.batchAt(2 * sampler.batchesPerEpoch() + i / BATCH).indices()[i % BATCH];
      expected.add("%d %s".formatted(i + 1, dataset.name(index)));
    }
    assertEquals(expected, page.texts("//section/h2"));
    assertTrue(
        page.texts("//p[@class='lead']").getFirst().startsWith("5 of the 6 samples of epoch 2"));
    for (int i = 0; i < 5; i++) {
      var sample = dataset.sample(sampler.batchAt(4 + i / BATCH).indices()[i % BATCH]);
      var labels = new ArrayList<String>();
      for (int k = 0; k < dataset.numClasses(); k++) {
        if (sample.labels()[k] > 0) {
          labels.add(dataset.classNames().get(k));
        }
      }
      assertEquals(
          labels, page.texts("//section[@id='sample-%d']//span[@class='label']".formatted(i + 1)));
    }
  }

  @Test
  void anEpochHasNoMoreSamplesThanItsWholeBatches() {
    assertEquals(6, DataPreview.write(config(), options("out", 100, 0)).samples());
  }

  @Test
  void everyPictureIsInTheFolderHasAnAltTextAndDecodes() throws IOException {
    var page = Page.read(DataPreview.write(config(), options("out", 2, 0)).page());
    var named = page.attributes("//img", "src");
    assertEquals(2 * (4 + CROPS), named.size());
    try (var arena = Arena.ofConfined();
        var written = Files.list(folder.resolve("out/images"))) {
      for (var src : named) {
        ImageDecoder.decode(folder.resolve("out").resolve(src), arena);
      }
      assertEquals(named.size(), written.filter(file -> !file.endsWith(ResultFolder.MARK)).count());
    }
    assertTrue(page.attributes("//img", "alt").stream().noneMatch(String::isBlank));
    assertFalse(page.html().contains("http"), "the page needs no network");
  }

  /// Hinted pixels have the colour of their class where training has the hint, and boxes are drawn
  /// around.
  @Test
  void hintsAndBoxesAreThoseOfTrainingsBatches() throws IOException {
    var dataset = Dataset.open(config().data(), Split.TRAIN);
    var lines = new ArrayList<String>();
    for (int i = 0; i < dataset.size(); i++) {
      lines.add("%s,48,48,0".formatted(dataset.name(i)));
      lines.add("%s,30,60,%s".formatted(dataset.name(i), 1 + i % dataset.numClasses()));
    }
    var hints = Files.write(folder.resolve("hints.csv"), lines);
    var boxes = Files.createDirectories(folder.resolve("boxes"));
    Files.writeString(
        boxes.resolve(dataset.name(0) + ".xml"),
        "<annotation><object><name>%s</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>96</xmax>"
                .formatted(dataset.classNames().getFirst())
            + "<ymax>96</ymax></bndbox></object></annotation>");
    var config = config("data.hints=" + hints, "data.boxes=" + boxes);
    var result = DataPreview.write(config, options("out", 6, 0));
    var page = Page.read(result.page());
    assertEquals(
        6, page.texts("//figcaption/b").stream().filter("Hints and boxes"::equals).count());
    int hinted = 0;
    try (var ring = new BatchRing(BatchSource.of(config, dataset, Device.CPU), 0, 1);
        var arena = Arena.ofConfined();
        var _ = TensorScope.open()) {
      for (int first = 1; first <= 6; first += BATCH) {
        var batch = ring.next();
        int side = (int) batch.view1().size(2);
        for (int i = 0; i < BATCH; i++) {
          var known = batch.pixels().hints();
          assertNotNull(known);
          long[] labels = known.select(0, i).to(DType.INT64).toLongArray();
          var file = folder.resolve("out").resolve(PreviewFolder.picture(first + i, "known"));
          var pixels = ImageDecoder.decode(file, arena).pixels();
          boolean hasBox = !batch.pixels().limits().get(i).isEmpty();
          for (int p = 0; p < labels.length && !hasBox; p++) {
            if (labels[p] != 255) {
              int expected = labels[p] == 0 ? 0xFFFFFF : VocPalette.rgb((int) labels[p]);
              int rgb = 0;
              for (int c = 0; c < 3; c++) {
                rgb = rgb << 8 | pixels.get(ValueLayout.JAVA_BYTE, 3L * p + c) & 0xFF;
              }
              assertEquals(expected, rgb, "row %s of %s".formatted(p / side, file));
              hinted++;
            }
          }
        }
      }
    }
    assertTrue(hinted > 100, "hinted pixels: " + hinted);
  }

  /// The batches of the training loop, pixel by pixel, boxes included.
  @Test
  void viewsAndBoxesAreThoseOfTrainingsBatches() throws IOException {
    var config = config();
    var page = Page.read(DataPreview.write(config, options("out", 6, 1)).page());
    var dataset = Dataset.open(config.data(), Split.TRAIN);
    try (var ring = new BatchRing(BatchSource.of(config, dataset, Device.CPU), 2, 1);
        var _ = TensorScope.open()) {
      for (int first = 1; first <= 6; first += BATCH) {
        var batch = ring.next();
        for (int i = 0; i < BATCH; i++) {
          int number = first + i;
          assertShows("view1", number, batch.view1().select(0, i));
          assertShows("local", number, batch.localView().select(0, i));
          assertShows("view2", number, batch.view2().select(0, i));
          assertEquals(List.of(rectangle(batch.boxes().get(i))), rectangles(page, number, "box"));
        }
      }
    }
  }

  private static String rectangle(ImageBox box) {
    int width = box.right() - box.left();
    int height = box.bottom() - box.top();
    return "%d %d %d %d box".formatted(box.left(), box.top(), width, height);
  }

  private void assertShows(String what, int number, Tensor view) throws IOException {
    assertSamePixels(
        Normalization.of(config().model().statistics()).picture(view),
        "sample-%03d-%s.png".formatted(number, what));
  }

  private void assertSamePixels(RgbImage expected, String file) throws IOException {
    try (var arena = Arena.ofConfined()) {
      var shown = ImageDecoder.decode(folder.resolve("out/images").resolve(file), arena);
      assertArrayEquals(
          expected.pixels().toArray(ValueLayout.JAVA_BYTE),
          shown.pixels().toArray(ValueLayout.JAVA_BYTE),
          file);
    }
  }

  /// As training draws them from a mask that is uncertain everywhere.
  @Test
  void withoutANetworkCropsAreDrawnAsIfUncertainAndTheirFlagsAreUnknown() throws IOException {
    var config = config();
    var page = Page.read(DataPreview.write(config, options("out", 6, 0)).page());
    int size = config.augment().cropSizePx();
    int cropPx = config.train().localCropSizePx();
    try (var _ = TensorScope.open()) {
      var uncertain = Tensor.full(1, DType.INT64, Device.CPU, BATCH, size, size);
      for (int number = 1; number <= 6; number++) {
        int step = (number - 1) / BATCH;
        var corners =
            RoiCrops.random(CROPS, cropPx, config.run().seed(), step)
                .of(uncertain)
                .select(0, (number - 1) % BATCH);
        assertEquals(rectangles(corners, null, cropPx), rectangles(page, number, "unknown"));
      }
    }
    assertTrue(page.texts("//summary").contains("Local crops are placed without a network."));
  }

  /// Crops and flags of a real training step. It runs one sample at one scale, so that both
  /// networks compute in batches of the same shapes and agree bit for bit.
  @Test
  void withACheckpointCropsAndFlagsAreTheTrainingSteps() throws IOException {
    var config =
        config(
            "train.samplesPerProcess=1",
            "cam.scales=[0.5]",
            "cam.lowThreshold=0.6",
            "cam.negativeRatio=0.5");
    var weights = folder.resolve("weights.safetensors");
    var dataset = Dataset.open(config.data(), Split.TRAIN);
    var expected = new ArrayList<List<String>>();
    try (var objective = Recipes.of(config).objective(Device.CPU);
        var optimizer = PublishedOptimizer.of(objective, config);
        var ring = new BatchRing(BatchSource.of(config, dataset, Device.CPU), 0, 1);
        var _ = TensorScope.open()) {
      var params = objective.network().params();
      SafeTensors.write(weights, params.all(), Map.of());
      var untrained = SafeTensors.read(weights).tensors();
      for (int step = 0; step < IMAGES; step++) {
        new StateDict(weights, untrained).into(params.all());
        expected.add(cropsOfTraining(new TrainStep(objective, optimizer, config), ring, config));
      }
    }
    var options = new DataPreview.Options(folder.resolve("out"), IMAGES, 0, weights, false);
    var page = Page.read(DataPreview.write(config, options).page());
    for (int i = 0; i < IMAGES; i++) {
      assertEquals(expected.get(i), rectangles(page, i + 1, "positive", "negative", "unknown"));
    }
    var all = expected.toString();
    assertTrue(all.contains("positive") && all.contains("negative"), all); // both occur
  }

  private static List<String> cropsOfTraining(TrainStep trainStep, BatchRing ring, Config config) {
    var report = Objects.requireNonNull(trainStep.run(ring::next, true).last());
    var crops = report.tile(StepTile.Crops.class).crops();
    return rectangles(
        crops.corners().select(0, 0),
        crops.flags().toFloatArray(),
        config.train().localCropSizePx());
  }

  /// @param corners [n, 2]
  /// @param flags after those of the two global views; null: unknown
  private static List<String> rectangles(Tensor corners, float @Nullable [] flags, int cropPx) {
    var places = corners.contiguous().toLongArray();
    var rectangles = new ArrayList<String>();
    for (int i = 0; i < corners.size(0); i++) {
      var kind = flags == null ? "unknown" : flags[2 + i] > 0 ? "positive" : "negative";
      rectangles.add(
          "%d %d %d %d %s".formatted(places[2 * i + 1], places[2 * i], cropPx, cropPx, kind));
    }
    return rectangles;
  }
}
