package toco.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import toco.cam.SmallNetwork;
import toco.checkpoint.SafeTensors;
import toco.config.Config;
import toco.config.Protocol;
import toco.config.Split;
import toco.data.Dataset;
import toco.data.OneHotNpy;
import toco.image.ImageWriter;
import toco.image.LabelMap;
import toco.image.Picture;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.Rng;
import toco.torch.Tensor;

/// Shared by the tests of evaluation runs: twenty small images, evaluated in batches of 16 at 32 px
/// or one by one at native size. A quick replacement of the CRF gives other labels than the
/// segmentation.
abstract class EvaluationRunFixture {
  static final int IMAGES = 20;
  static final Config CONFIG =
      SmallNetwork.CONFIG.with(
          "eval.sizePx=0",
          "eval.scales=[1, 0.5]",
          "eval.flip=sum",
          "eval.camScales=[1]",
          "eval.useCrf=true");

  @TempDir Path root;
  private long liveBefore;
  final AtomicInteger refined = new AtomicInteger(); // images that the replacement was called for

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
      ImageWriter.writePng(picture, image(i)); // the decoder detects the format
      writeMask(i, mask, width, height);
    }
    Files.write(root.resolve("lists/val.txt"), names);
    OneHotNpy.write(root.resolve("lists/cls_labels_onehot.npy"), labels);
    LibTorch.load();
    liveBefore = LibTorch.liveTensors();
    try (var model = model()) {
      SafeTensors.write(checkpoint(), model.params().all(), java.util.Map.of());
    }
  }

  @AfterEach
  void everyTensorIsFreed() {
    assertEquals(liveBefore, LibTorch.liveTensors(), "live tensors");
  }

  static EvalReport report(Path... files) {
    return EvalReport.of(List.of(files), 0, 0);
  }

  static void assertMessage(String part, org.junit.jupiter.api.function.Executable call) {
    var thrown = assertThrows(EvaluationException.class, call);
    assertTrue(thrown.getMessage().contains(part), thrown.getMessage());
    assertFalse(thrown.getMessage().contains("\n"), thrown.getMessage());
  }

  String json(List<Path> parts) throws IOException {
    var file = root.resolve("eval.json");
    EvalReport.of(parts, 20, 1).write(file);
    return Files.readString(file);
  }

  Path run(Config config, Shard shard, boolean resume, int workers, Path folder) {
    try (var model = model()) {
      return new EvaluationRun(folder, shard, resume)
          .run(evaluator(config, workers), model, checkpoint(), listener(new ArrayList<>()))
          .file();
    }
  }

  Path run(Config config, Shard shard, Path folder, List<String> messages) {
    try (var model = model()) {
      return new EvaluationRun(folder, shard, false)
          .run(evaluator(config, 2), model, checkpoint(), listener(messages))
          .file();
    }
  }

  static EvaluationRun.Listener listener(List<String> messages) {
    return new EvaluationRun.Listener(EvaluationListener.NONE, messages::add);
  }

  Evaluator evaluator(Config config, int workers) {
    return new Evaluator(
        config, protocol(config), dataset(), Device.CPU, workers, this::leastLikely);
  }

  static Protocol protocol(Config config) {
    return Protocol.of(Protocol.Name.CUSTOM, config);
  }

  /// The least likely class of each pixel, after a delay, so that images finish in any order.
  Tensor leastLikely(Tensor probabilities, toco.image.RgbImage picture) {
    try {
      Thread.sleep(refined.incrementAndGet() % 3 * 5);
      return probabilities.neg().argmax(0);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static Toco model() {
    Rng.manualSeed(3);
    return new Toco(SmallNetwork.CONFIG.model(), Device.CPU);
  }

  Dataset dataset() {
    return Dataset.openAllowingMissingImages(CONFIG.with("data.root=" + root).data(), Split.VAL);
  }

  Path checkpoint() {
    return root.resolve("weights.safetensors");
  }

  Path image(int i) {
    return root.resolve("JPEGImages", "image" + i + ".jpg");
  }

  Path mask(int i) {
    return root.resolve("SegmentationClassAug", "image" + i + ".png");
  }

  void writeMask(int i, byte[] labels, int width, int height) {
    ImageWriter.writePng(new LabelMap(MemorySegment.ofArray(labels), width, height), mask(i));
  }
}
