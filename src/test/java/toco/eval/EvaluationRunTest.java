package toco.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.checkpoint.SafeTensors;
import toco.config.Config;
import toco.config.Protocol;
import toco.config.Split;
import toco.data.DataException;
import toco.data.Dataset;
import toco.data.OneHotNpy;
import toco.image.ImageWriter;
import toco.image.LabelMap;
import toco.image.Picture;
import toco.model.Toco;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

/// Twenty small images, which go through the network in batches of 16 at 32 px or one by one at
/// native size. What stands for the CRF is quick, and gives other labels than the segmentation.
@TensorTest(scope = false)
class EvaluationRunTest {
  private static final int IMAGES = 20;
  private static final Config CONFIG =
      EvaluatorTest.CONFIG.with(
          "eval.sizePx=0",
          "eval.scales=[1, 0.5]",
          "eval.flip=sum",
          "eval.camScales=[1]",
          "eval.useCrf=true");

  @TempDir Path root;
  private final AtomicInteger refined = new AtomicInteger();

  @BeforeEach
  void makeDataSet() throws IOException {
    for (var folder : List.of("JPEGImages", "SegmentationClassAug", "lists")) {
      Files.createDirectories(root.resolve(folder));
    }
    var names = new ArrayList<String>();
    var labels = new LinkedHashMap<String, float[]>();
    var random = new Random(1);
    for (int i = 0; i < IMAGES; i++) {
      int width = 20 + random.nextInt(30);
      int height = 20 + random.nextInt(30);
      var picture = Picture.filled(width, height, 0);
      var mask = new byte[width * height];
      for (int p = 0; p < mask.length; p++) {
        picture.rgb()[p] = random.nextInt(0x1000000);
        mask[p] = (byte) ((p % width / 8 + p / width / 8 + i) % 4);
      }
      names.add("image" + i);
      labels.put(names.getLast(), new float[] {1, i % 2, i % 3 == 0 ? 1 : 0});
      ImageWriter.writePng(picture, image(i)); // the decoder goes by the content
      writeMask(i, mask, width, height);
    }
    Files.write(root.resolve("lists/val.txt"), names);
    OneHotNpy.write(root.resolve("lists/cls_labels_onehot.npy"), labels);
    try (var model = model()) {
      SafeTensors.write(checkpoint(), model.params().all(), java.util.Map.of());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"eval.sizePx=0", "eval.sizePx=32"})
  void mergedShardsEqualOneRunToTheLastBit(String size) throws IOException {
    var config = CONFIG.with(size);
    var whole = json(List.of(run(config, Shard.WHOLE, false, 1, root.resolve("whole"))));
    var parts = root.resolve("parts");
    var files = new ArrayList<Path>();
    for (int i : new int[] {2, 3, 1}) {
      files.add(run(config, new Shard(i, 3), false, 2, parts));
    }
    assertEquals(whole, json(files));
    assertEquals(whole, json(List.of(parts)));
    assertTrue(whole.contains("\"crfMiou\""), whole);
  }

  /// A kill cuts the file anywhere: in the first line, in a later one, between two.
  @Test
  void aResumedRunEqualsAnUninterruptedOne() throws IOException {
    var file = run(CONFIG, Shard.WHOLE, false, 1, root.resolve("whole"));
    var uninterrupted = json(List.of(file));
    var bytes = Files.readAllBytes(file);
    var ends = new ArrayList<Integer>(); // of lines
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        ends.add(i + 1);
      }
    }
    assertEquals(1 + IMAGES, ends.size());
    for (int cut : new int[] {0, 7, ends.get(0), ends.get(5), ends.get(5) + 1, ends.get(9) - 1}) {
      Files.write(file, Arrays.copyOf(bytes, cut));
      int whole = (int) ends.stream().filter(end -> end <= cut).count(); // lines
      refined.set(0);
      assertEquals(file, run(CONFIG, Shard.WHOLE, true, 2, root.resolve("whole")));
      assertEquals(IMAGES - Math.max(0, whole - 1), refined.get(), "images done again");
      assertEquals(uninterrupted, json(List.of(file)), "cut at " + cut);
    }
    refined.set(0);
    run(CONFIG, Shard.WHOLE, true, 2, root.resolve("whole"));
    assertEquals(0, refined.get(), "nothing was left to do");
    assertEquals(uninterrupted, json(List.of(file)));
  }

  @Test
  void withoutResumeTheEvaluationStartsAnew() {
    run(CONFIG, Shard.WHOLE, false, 1, root);
    refined.set(0);
    run(CONFIG, Shard.WHOLE, false, 1, root);
    assertEquals(IMAGES, refined.get());
  }

  @Test
  void workersDoNotChangeTheScores() throws IOException {
    var one = json(List.of(run(CONFIG, Shard.WHOLE, false, 1, root.resolve("one"))));
    var five = json(List.of(run(CONFIG, Shard.WHOLE, false, 5, root.resolve("five"))));
    assertEquals(one, five);
  }

  @Test
  void figuresEqualThoseOfAnEvaluationInTraining() {
    var config = EvaluatorTest.CONFIG;
    var run = new EvaluationRun(root, Shard.WHOLE, false);
    try (var model = model()) {
      var evaluator = new Evaluator(config, dataset(), Device.CPU);
      var file = run.run(evaluator, model, checkpoint(), listener(new ArrayList<>())).file();
      var names = dataset().classNames();
      assertEquals(
          evaluator.evaluate(model, EvaluationListener.NONE).figures(names),
          EvalReport.of(List.of(file), 0, 0).scores().figures(names));
    }
  }

  @Test
  void samplesThatCannotBeScoredAreNamedAndTheRestGoesOn() throws IOException {
    Files.delete(mask(3));
    Files.delete(image(7));
    Files.writeString(image(11), "no image");
    Files.writeString(mask(15), "no mask");
    var messages = new ArrayList<String>();
    var file = run(CONFIG, Shard.WHOLE, root, messages);
    var report = EvalReport.of(List.of(file), 0, 0);
    assertEquals(
        List.of("image3", "image7", "image11", "image15"),
        report.skipped().stream().map(Skipped::name).toList());
    assertEquals(IMAGES - 4, report.scores().images());
    assertEquals(4, messages.stream().filter(line -> line.startsWith("skipped image")).count());
    assertTrue(report.skipped().getFirst().reason().contains("no mask " + mask(3)));
    assertTrue(report.skipped().get(2).reason().contains(image(11).toString()));
    assertTrue(report.text().contains("4 of 20 images"), report.text());
  }

  @Test
  void withoutAnyImageThereAreNoScores() throws IOException {
    for (int i = 0; i < IMAGES; i++) {
      Files.delete(mask(i));
    }
    var file = run(CONFIG, Shard.WHOLE, false, 1, root);
    assertMessage("none of the 20 images", () -> EvalReport.of(List.of(file), 0, 0));
  }

  @Test
  void aLabelThatIsNoClassEndsTheEvaluation() {
    writeMask(5, new byte[] {9}, 1, 1);
    ImageWriter.writePng(Picture.filled(1, 1, 0), image(5));
    var thrown =
        assertThrows(
            DataException.class, () -> run(CONFIG, Shard.WHOLE, false, 1, root.resolve("out")));
    assertTrue(thrown.getMessage().contains(mask(5).toString()), thrown.getMessage());
    assertTrue(thrown.getMessage().contains("label 9"), thrown.getMessage());
  }

  @Test
  void aFailureOfTheCrfEndsTheEvaluation() {
    LabelRefinement failing =
        (_, _) -> {
          throw new IllegalStateException("the lattice is full");
        };
    try (var model = model()) {
      var evaluator = new Evaluator(CONFIG, protocol(CONFIG), dataset(), Device.CPU, 2, failing);
      var run = new EvaluationRun(root, Shard.WHOLE, false);
      var thrown =
          assertThrows(
              IllegalStateException.class,
              () -> run.run(evaluator, model, checkpoint(), listener(new ArrayList<>())));
      assertEquals("the lattice is full", thrown.getMessage());
    }
  }

  @Test
  void anotherEvaluationIsNotResumed() throws IOException {
    run(CONFIG, new Shard(1, 2), false, 1, root);
    var other = CONFIG.with("eval.flip=max");
    assertMessage(
        "it was begun with another protocol: custom: ",
        () -> run(other, new Shard(1, 2), true, 1, root));
    try (var _ = TensorScope.open()) {
      var weights = new LinkedHashMap<>(SafeTensors.read(checkpoint()).tensors());
      weights.compute("classifier.weight", (_, w) -> w.mul(2));
      Files.delete(checkpoint());
      SafeTensors.write(checkpoint(), weights, java.util.Map.of());
    }
    assertMessage(
        "it was begun with another checkpoint", () -> run(CONFIG, new Shard(1, 2), true, 1, root));
  }

  @Test
  void partsThatDoNotMakeUpAnEvaluationAreRefused() throws IOException {
    var first = run(CONFIG, new Shard(1, 2), false, 1, root);
    assertMessage("10 of 20 batches are missing", () -> report(first));
    assertMessage("in another of the files, too", () -> report(first, first));
    var other = run(CONFIG.with("eval.flip=max"), new Shard(2, 2), false, 1, root.resolve("b"));
    assertMessage("has another protocol: custom: ", () -> report(first, other));
    var bytes = Files.readAllBytes(first);
    Files.write(first, Arrays.copyOf(bytes, bytes.length - 9));
    assertMessage("cut short", () -> report(first));
    assertMessage("no file of results", () -> report(checkpoint()));
    assertMessage("cannot be read", () -> report(root.resolve("nowhere.jsonl")));
    assertMessage("holds no results", () -> report(root.resolve("lists")));
  }

  @Test
  void twoEvaluationsDoNotShareAFile() {
    var facts = EvaluationFacts.of(evaluator(CONFIG, 1), checkpoint());
    try (var _ = PartFile.open(root.resolve(Shard.WHOLE.fileName()), facts, false)) {
      assertMessage("another evaluation writes", () -> run(CONFIG, Shard.WHOLE, false, 1, root));
    }
  }

  @Test
  void shardsDivideTheBatches() {
    var seen = new ArrayList<Integer>();
    for (int i = 1; i <= 3; i++) {
      Arrays.stream(new Shard(i, 3).batches(10)).forEach(seen::add);
    }
    seen.sort(null);
    assertArrayEquals(
        new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, seen.stream().mapToInt(i -> i).toArray());
    assertEquals(new Shard(2, 4), Shard.parse("2/4"));
    for (var wrong : List.of("0/4", "5/4", "1", "1/0", "a/b", "-1/2")) {
      assertThrows(IllegalArgumentException.class, () -> Shard.parse(wrong), wrong);
    }
  }

  private static EvalReport report(Path... files) {
    return EvalReport.of(List.of(files), 0, 0);
  }

  private static void assertMessage(String part, org.junit.jupiter.api.function.Executable call) {
    var thrown = assertThrows(EvaluationException.class, call);
    assertTrue(thrown.getMessage().contains(part), thrown.getMessage());
    assertFalse(thrown.getMessage().contains("\n"), thrown.getMessage());
  }

  private String json(List<Path> parts) throws IOException {
    var file = root.resolve("eval.json");
    EvalReport.of(parts, 20, 1).write(file);
    return Files.readString(file);
  }

  private Path run(Config config, Shard shard, boolean resume, int workers, Path folder) {
    try (var model = model()) {
      return new EvaluationRun(folder, shard, resume)
          .run(evaluator(config, workers), model, checkpoint(), listener(new ArrayList<>()))
          .file();
    }
  }

  private Path run(Config config, Shard shard, Path folder, List<String> messages) {
    try (var model = model()) {
      return new EvaluationRun(folder, shard, false)
          .run(evaluator(config, 2), model, checkpoint(), listener(messages))
          .file();
    }
  }

  private static EvaluationRun.Listener listener(List<String> messages) {
    return new EvaluationRun.Listener(EvaluationListener.NONE, messages::add);
  }

  private Evaluator evaluator(Config config, int workers) {
    return new Evaluator(
        config, protocol(config), dataset(), Device.CPU, workers, this::leastLikely);
  }

  private static Protocol protocol(Config config) {
    return Protocol.of(Protocol.Name.CUSTOM, config);
  }

  /// The least likely class of each pixel; images take their time, so that they end in any order.
  private LabelMap leastLikely(Tensor probabilities, toco.image.RgbImage picture) {
    try (var _ = TensorScope.open()) {
      Thread.sleep(refined.incrementAndGet() % 3 * 5);
      var labels = probabilities.neg().argmax(0).to(DType.UINT8).contiguous();
      var bytes = labels.segment().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
      return new LabelMap(MemorySegment.ofArray(bytes), picture.widthPx(), picture.heightPx());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Toco model() {
    Rng.manualSeed(3);
    return new Toco(EvaluatorTest.CONFIG.model(), Device.CPU);
  }

  private Dataset dataset() {
    return Dataset.openAllowingMissingImages(CONFIG.with("data.root=" + root).data(), Split.VAL);
  }

  private Path checkpoint() {
    return root.resolve("weights.safetensors");
  }

  private Path image(int i) {
    return root.resolve("JPEGImages", "image" + i + ".jpg");
  }

  private Path mask(int i) {
    return root.resolve("SegmentationClassAug", "image" + i + ".png");
  }

  private void writeMask(int i, byte[] labels, int width, int height) {
    ImageWriter.writePng(new LabelMap(MemorySegment.ofArray(labels), width, height), mask(i));
  }
}
