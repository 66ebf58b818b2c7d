package toco.infer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import toco.annotation.AnnotationExport;
import toco.annotation.CocoShape;
import toco.annotation.LabelFormat;
import toco.checkpoint.TrainedNetwork;
import toco.config.Config;
import toco.config.Split;
import toco.data.Dataset;
import toco.files.Json;
import toco.image.ImageWriter;
import toco.image.LabelMap;
import toco.image.MaskDecoder;
import toco.image.Picture;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.Rng;
import toco.torch.TensorTest;
import toco.train.TinyRun;
import tools.jackson.databind.JsonNode;

/// Shared by the tests of inference: a synthetic data set, a small network with random weights, and
/// the check that every tensor is freed.
@TensorTest(scope = false)
abstract class InferFixture {
  static final int TRAIN_IMAGES = 5;

  @TempDir static Path data;
  @TempDir Path folder;

  @BeforeAll
  static void makeImages() {
    LibTorch.load();
    Dataset.open(config().data(), Split.TRAIN);
  }

  static Config config(String... more) {
    var overrides =
        new ArrayList<>(
            List.of(
                "data.root=" + data,
                "data.synthetic.trainImages=" + TRAIN_IMAGES,
                "data.synthetic.valImages=3",
                "data.synthetic.testImages=2",
                "train.device=cpu",
                "eval.sizePx=32",
                "eval.camScales=[1, 0.5]",
                "model.initStd=0.2"));
    overrides.addAll(TinyRun.NETWORK);
    overrides.addAll(List.of(more));
    return Config.load(Path.of("configs/demo.yaml"), overrides);
  }

  /// The same data set with its plain layout, which generates nothing.
  static final String[] AS_VOC = {
    "data.layout=voc", "data.classNames=[disc, square, triangle, star, ring, cross]"
  };

  static TrainedNetwork network(String... more) {
    Rng.manualSeed(11);
    var config = config(more);
    return new TrainedNetwork(config, new Toco(config.model(), Device.CPU), Device.CPU);
  }

  /// An image of random colours.
  static Path picture(Path file, int widthPx, int heightPx) {
    var picture = Picture.filled(widthPx, heightPx, 0);
    var random = new Random(7);
    for (int i = 0; i < picture.rgb().length; i++) {
      picture.rgb()[i] = random.nextInt(0x1000000);
    }
    ImageWriter.writePng(picture, file);
    return file;
  }

  static LabelMap labels(Path png) {
    return MaskDecoder.decode(png, Arena.ofAuto());
  }

  static int[] values(LabelMap map) {
    var values = new int[map.widthPx() * map.heightPx()];
    for (int i = 0; i < values.length; i++) {
      values[i] = map.labels().getAtIndex(JAVA_BYTE, i) & 0xFF;
    }
    return values;
  }

  private static final Set<LabelFormat> ALL = Set.of(LabelFormat.values());

  /// All formats of label maps.
  static final AnnotationExport.Options FORMATS =
      new AnnotationExport.Options(ALL, CocoShape.POLYGON);

  static JsonNode coco(Path out) {
    return Json.MAPPER.readTree(out.resolve("coco/annotations/instances_default.json").toFile());
  }

  /// Checks that the annotations of an image cover the pixels of each label, and that their scores
  /// are means of these values.
  ///
  /// @param values by pixel; null: scores are in 0…1
  static void assertAnnotated(JsonNode coco, String fileName, int[] labels, double[] values) {
    assertTrue(coco.get("annotations").size() > 0, "the case is to have regions");
    int id = -1;
    for (var image : coco.get("images")) {
      id = image.get("file_name").asString().equals(fileName) ? image.get("id").intValue() : id;
    }
    assertTrue(id >= 0, () -> fileName + " in " + coco.get("images"));
    var expected = new TreeMap<Integer, double[]>(); // pixels and sum of values
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] != 0 && labels[i] != LabelMap.IGNORE) {
        var sums = expected.computeIfAbsent(labels[i], _ -> new double[2]);
        sums[0]++;
        sums[1] += values == null ? 0 : values[i];
      }
    }
    var found = new TreeMap<Integer, double[]>();
    for (var annotation : coco.get("annotations")) {
      if (annotation.get("image_id").intValue() == id) {
        var sums =
            found.computeIfAbsent(annotation.get("category_id").intValue(), _ -> new double[2]);
        double score = annotation.get("score").doubleValue();
        assertTrue(score > 0 && score <= 1, "score " + score);
        sums[0] += annotation.get("area").intValue();
        sums[1] += values == null ? 0 : annotation.get("area").intValue() * score;
      }
    }
    assertEquals(expected.keySet(), found.keySet());
    expected.forEach(
        (label, sums) -> assertArrayEquals(sums, found.get(label), 1e-6 * labels.length));
  }

  /// The messages received.
  static class Heard implements InferenceListener {
    final List<String> progress = new ArrayList<>();
    final List<String> messages = new ArrayList<>();

    @Override
    public void onProgress(int done, int total) {
      progress.add(done + "/" + total);
    }

    @Override
    public void onMessage(String line) {
      messages.add(line);
    }
  }
}
