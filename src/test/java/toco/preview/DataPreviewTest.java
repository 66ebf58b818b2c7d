package toco.preview;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.batch.Batch;
import toco.batch.BatchRing;
import toco.batch.BatchSource;
import toco.cam.RoiCrops;
import toco.checkpoint.SafeTensors;
import toco.checkpoint.StateDict;
import toco.config.Config;
import toco.config.Split;
import toco.data.OneHotNpy;
import toco.eval.TensorPictures;
import toco.image.ImageBox;
import toco.image.ImageDecoder;
import toco.image.ImageWriter;
import toco.image.Resources;
import toco.image.RgbImage;
import toco.model.Toco;
import toco.optim.Optimizer;
import toco.optim.ParamGroups;
import toco.optim.Schedule;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.train.Datasets;
import toco.train.TrainStep;

class DataPreviewTest {
  private static final int IMAGES = 7;
  private static final int BATCH = 3; // two batches an epoch, the seventh image is left out
  private static final int CROPS = 4;

  @TempDir static Path data;
  @TempDir Path folder;

  @BeforeAll
  static void makeImages() {
    Datasets.open(config(), Split.TRAIN);
    LibTorch.load();
  }

  /// Small pictures padded on every side, and views that are mirrored.
  private static Config config(String... more) {
    var overrides =
        new ArrayList<String>(
            List.of(
                "data.root=" + data,
                "data.synthetic.trainImages=" + IMAGES,
                "data.synthetic.valImages=1",
                "data.synthetic.testImages=1",
                "train.samplesPerProcess=" + BATCH,
                "train.localCrops=" + CROPS,
                "train.device=cpu",
                "augment.scaleMin=0.5",
                "augment.scaleMax=1.5",
                "augment.viewFlipProbability=0.5",
                "model.embedDim=24",
                "model.depth=3",
                "model.decoderChannels=8",
                "model.projectionHidden=16",
                "model.projectionBottleneck=8",
                "model.projectionOut=12"));
    overrides.addAll(List.of(more));
    return Config.load(Path.of("configs/demo.yaml"), overrides);
  }

  private DataPreview.Options options(String out, int samples, int epoch) {
    return new DataPreview.Options(folder.resolve(out), samples, epoch, null, false);
  }

  @Test
  void thePageListsTheEpochsSamplesInTrainingsOrder() throws IOException {
    var config = config();
    var result = DataPreview.write(config, options("out", 5, 2));
    assertEquals(new DataPreview.Result(folder.resolve("out/index.html"), 5, List.of()), result);
    var page = Page.read(result.page());
    var dataset = Datasets.open(config, Split.TRAIN);
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
      assertEquals(named.size(), written.count());
    }
    assertTrue(page.attributes("//img", "alt").stream().noneMatch(String::isBlank));
    assertFalse(page.html().contains("http"), "the page needs no network");
  }

  /// The batches of the training loop, pixel by pixel, boxes included.
  @Test
  void viewsAndBoxesAreThoseOfTrainingsBatches() throws IOException {
    var config = config();
    var page = Page.read(DataPreview.write(config, options("out", 6, 1)).page());
    var dataset = Datasets.open(config, Split.TRAIN);
    try (var ring = new BatchRing(BatchSource.of(config, dataset, Device.CPU), 2, 1);
        var _ = TensorScope.open()) {
      for (int first = 1; first <= 6; first += BATCH) {
        var batch = ring.next();
        for (int i = 0; i < BATCH; i++) {
          int number = first + i;
          assertShows("view1", number, batch.view1().select(0, i));
          assertShows("local", number, batch.localView().select(0, i));
          assertShows("view2", number, batch.view2().select(0, i));
          assertEquals(List.of(rectangle(batch.boxes().get(i))), page.rectangles(number, "box"));
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
    assertSamePixels(TensorPictures.image(view), "sample-%03d-%s.png".formatted(number, what));
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

  /// As the trainer draws them on a mask that is uncertain all over.
  @Test
  void withoutANetworkCropsAreDrawnAsOnUncertainGroundAndTheirFlagsAreUnknown() throws IOException {
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
        assertEquals(rectangles(corners, null, cropPx), page.rectangles(number, "unknown"));
      }
    }
    assertTrue(page.texts("//summary").contains("Local crops are placed without a network."));
  }

  /// Crops and flags of a real training step. It runs one sample at one scale, so that both
  /// networks compute in batches of the same shapes and agree to the last bit.
  @Test
  void withACheckpointCropsAndFlagsAreTheTrainingSteps() throws IOException {
    var config =
        config(
            "train.samplesPerProcess=1",
            "cam.scales=[0.5]",
            "cam.lowThreshold=0.6",
            "cam.negativeRatio=0.5");
    var weights = folder.resolve("weights.safetensors");
    var dataset = Datasets.open(config, Split.TRAIN);
    var expected = new ArrayList<List<String>>();
    try (var model = new Toco(config.model(), Device.CPU);
        var optimizer =
            new Optimizer(
                ParamGroups.of(model.params(), config.optim()),
                config.optim(),
                Schedule.of(config.optim(), config.train()));
        var ring = new BatchRing(BatchSource.of(config, dataset, Device.CPU), 0, 1);
        var _ = TensorScope.open()) {
      SafeTensors.write(weights, model.params().all(), Map.of());
      var untrained = SafeTensors.read(weights).tensors();
      for (int step = 0; step < IMAGES; step++) {
        new StateDict(weights, untrained).into(model.params().all());
        expected.add(
            cropsOfTraining(new TrainStep(model, optimizer, config), ring.next(), step, config));
      }
    }
    var options = new DataPreview.Options(folder.resolve("out"), IMAGES, 0, weights, false);
    var page = Page.read(DataPreview.write(config, options).page());
    for (int i = 0; i < IMAGES; i++) {
      assertEquals(expected.get(i), page.rectangles(i + 1, "positive", "negative", "unknown"));
    }
    var all = expected.toString();
    assertTrue(all.contains("positive") && all.contains("negative"), all); // both occur
  }

  private static List<String> cropsOfTraining(
      TrainStep trainStep, Batch batch, int step, Config config) {
    var train = config.train();
    var corners = RoiCrops.random(CROPS, train.localCropSizePx(), config.run().seed(), step);
    var crops = trainStep.run(batch, step, corners, false).crops();
    return rectangles(
        crops.corners().select(0, 0), crops.flags().toFloatArray(), train.localCropSizePx());
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

  @Test
  void namesAreEscaped() throws IOException {
    var root = folder.resolve("data");
    var name = "<i>\"&amp;'onerror=x";
    Files.createDirectories(root.resolve("JPEGImages"));
    Files.copy(
        Resources.path("voc-mini/JPEGImages/2011_000003.jpg"),
        root.resolve("JPEGImages/" + name + ".jpg"));
    OneHotNpy.write(root.resolve("labels.npy"), Map.of(name, new float[] {1, 0}));
    Files.writeString(root.resolve("list.txt"), name + "\n");
    var config =
        Config.parse(
            """
            model: {numClasses: 3}
            data: {trainList: list.txt, labels: labels.npy, classNames: ['<u>', 'b']}
            train: {samplesPerProcess: 1, device: cpu}
            """,
            "test",
            List.of("data.root=" + root));
    var page = Page.read(DataPreview.write(config, options("out", 1, 0)).page());
    assertEquals(List.of("1 " + name), page.texts("//h2"));
    assertEquals(List.of("<u>"), page.texts("//span[@class='label']"));
    assertTrue(page.attributes("//img", "alt").contains("The image " + name));
    assertTrue(page.all("//i").isEmpty() && page.all("//u").isEmpty());
  }

  @Test
  void equalOptionsGiveEqualFilesAndAnotherSeedOthers() throws IOException {
    DataPreview.write(config(), options("one", 3, 0));
    DataPreview.write(config(), options("two", 3, 0));
    assertEquals(contents("one"), contents("two"));
    DataPreview.write(config("run.seed=5"), options("other", 3, 0));
    var other = contents("other");
    assertEquals(contents("one").keySet(), other.keySet());
    assertFalse(
        contents("one")
            .get("images/sample-001-view1.png")
            .equals(other.get("images/sample-001-view1.png")));
  }

  private Map<String, List<Byte>> contents(String out) throws IOException {
    var root = folder.resolve(out);
    var contents = new TreeMap<String, List<Byte>>();
    try (var files = Files.walk(root)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        var bytes = new ArrayList<Byte>();
        for (byte b : Files.readAllBytes(file)) {
          bytes.add(b);
        }
        contents.put(root.relativize(file).toString(), bytes);
      }
    }
    return contents;
  }

  @Test
  void anUnreadableSampleIsShownAsSuchAndTheRestGoesOn() throws IOException {
    var copy = folder.resolve("data");
    var config = config("data.root=" + copy);
    var dataset = Datasets.open(config, Split.TRAIN);
    int bad = BatchSource.of(config, dataset, Device.CPU).sampler().batchAt(0).indices()[1];
    Files.write(dataset.imagePath(bad), new byte[] {1, 2, 3});
    long live = LibTorch.liveTensors();
    var result = DataPreview.write(config, options("out", 4, 0));
    assertEquals(live, LibTorch.liveTensors());
    assertEquals(List.of(dataset.name(bad)), result.unreadable());
    assertEquals(4, result.samples());
    var page = Page.read(result.page());
    assertEquals(4, page.all("//section").size());
    assertEquals(3, page.all("//div[@class='views']").size());
    var told = page.texts("//section[@id='sample-2']/p[@class='warning']").getFirst();
    assertTrue(told.contains(dataset.imagePath(bad).toString()), told);
    assertTrue(told.contains("data.onBadSample: fail"), told);
    assertEquals(List.of("#sample-2"), page.attributes("//main/p[@class='warning']/a", "href"));
  }

  /// The quirk of the published code is told where it shows.
  @Test
  void boxesThatMayBeMirroredAreSaidToBe() throws IOException {
    var reference = Page.read(DataPreview.write(config(), options("one", 1, 0)).page());
    var aligned = config("train.compat=aligned");
    var mended = Page.read(DataPreview.write(aligned, options("two", 1, 0)).page());
    assertTrue(reference.texts("//figcaption").toString().contains("may be mirrored"));
    assertTrue(reference.html().contains("docs/METHOD.md"));
    assertFalse(mended.html().contains("may be mirrored"));
  }

  @Test
  void aLargeOriginalIsReducedAndItsTrueSizeTold() throws IOException {
    var root = folder.resolve("data");
    Files.createDirectories(root.resolve("JPEGImages"));
    var large = new RgbImage(Arena.ofAuto().allocate(3L * 1500 * 60), 1500, 60);
    ImageWriter.writeJpeg(large, root.resolve("JPEGImages/wide.jpg"));
    OneHotNpy.write(root.resolve("labels.npy"), Map.of("wide", new float[6]));
    Files.writeString(root.resolve("list.txt"), "wide\n");
    var config =
        config(
            "data.layout=voc",
            "data.root=" + root,
            "data.trainList=list.txt",
            "data.labels=labels.npy",
            "data.classNames=[a, b, c, d, e, f]",
            "train.samplesPerProcess=1");
    var page = Page.read(DataPreview.write(config, options("out", 1, 0)).page());
    assertTrue(page.texts("//figcaption").getFirst().endsWith("1500 × 60 px"));
    assertEquals(List.of("no class"), page.texts("//span[@class='label none']"));
    try (var arena = Arena.ofConfined()) {
      var shown = ImageDecoder.decode(folder.resolve("out/images/sample-001-original.png"), arena);
      assertEquals(512, shown.widthPx());
      assertEquals(20, shown.heightPx());
    }
  }

  @Test
  void aFolderThatHoldsSomethingIsRefusedAndForceReplacesOnlyAnOlderPreview() throws IOException {
    DataPreview.write(config(), options("out", 4, 0));
    var mine = Files.writeString(folder.resolve("out/images/sample-photo.png"), "mine");
    var before = contents("out");
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> DataPreview.write(config(), options("out", 1, 0)));
    assertTrue(e.getMessage().contains("--force"), e.getMessage());
    assertEquals(before, contents("out"));

    DataPreview.write(config(), new DataPreview.Options(folder.resolve("out"), 1, 0, null, true));
    Files.delete(mine);
    DataPreview.write(config(), options("fresh", 1, 0));
    assertEquals(contents("fresh"), contents("out"));
  }

  @Test
  void impossibleOptionsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> options("out", 0, 0));
    assertThrows(IllegalArgumentException.class, () -> options("out", 1, -1));
    var late = options("out", 1, Integer.MAX_VALUE);
    assertThrows(IllegalArgumentException.class, () -> DataPreview.write(config(), late));
    assertFalse(Files.exists(folder.resolve("out")));
  }
}
