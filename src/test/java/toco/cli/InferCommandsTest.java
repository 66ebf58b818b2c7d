package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.checkpoint.SafeTensors;
import toco.config.Config;
import toco.files.Json;
import toco.files.NpyFile;
import toco.model.Toco;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Every command of inference once, on a network with random weights.
class InferCommandsTest {
  private static final List<String> OVERRIDES =
      List.of(
          "data.synthetic.trainImages=2",
          "data.synthetic.valImages=2",
          "data.synthetic.testImages=1",
          "train.device=cpu",
          "eval.sizePx=32",
          "model.embedDim=24",
          "model.depth=3",
          "model.decoderChannels=8");

  @TempDir static Path shared;
  @TempDir Path folder;

  @BeforeAll
  static void saveWeights() {
    LibTorch.load();
    Rng.manualSeed(1);
    var config = Config.load(Path.of("configs/demo.yaml"), OVERRIDES);
    try (var model = new Toco(config.model(), Device.CPU)) {
      SafeTensors.write(shared.resolve("weights.safetensors"), model.params().all(), Map.of());
    }
  }

  private static Cli.Result toco(String command, Object... more) {
    var line = new ArrayList<Object>(List.of(command.split(" ")));
    line.add("configs/demo.yaml");
    line.addAll(List.of("--checkpoint", shared.resolve("weights.safetensors")));
    line.addAll(List.of("--set", "data.root=" + shared.resolve("data")));
    OVERRIDES.forEach(key -> line.addAll(List.of("--set", key)));
    line.addAll(List.of(more));
    return Cli.run(line.toArray());
  }

  private static Path images() {
    assertEquals(0, toco("eval cam", "--json").status()); // makes the data set
    return shared.resolve("data/JPEGImages");
  }

  @Test
  void camsAreDrawnAndTheSourceOfTheirLabelsIsWritten() {
    var result = toco("infer cam", "--images", images(), "--out", folder.resolve("o"), "--npy");
    assertEquals(0, result.status(), result.err());
    assertTrue(result.out().contains("5 images, 5 with the data set's classes"), result.out());
    assertTrue(Files.exists(folder.resolve("o/cam/val_00001.npy")));
    assertTrue(Files.exists(folder.resolve("o/aux_cam/val_00001.png")));
  }

  @Test
  void unreadableImagesAreNamedAndCountedAndChangeTheExitStatus() throws IOException {
    Files.copy(images().resolve("val_00000.jpg"), folder.resolve("a.jpg"));
    Files.write(folder.resolve("b.jpg"), new byte[] {1});
    for (var command : List.of("infer seg", "infer cam", "infer cam-as-seg")) {
      var result = toco(command, "--images", folder, "--out", folder.resolve("o"));
      assertEquals(ExitStatus.SKIPPED, result.status(), result.err());
      assertTrue(result.err().contains("1 of 2 images cannot be read"), result.err());
      assertTrue(result.err().contains("b.jpg"), result.err());
    }
    assertTrue(Files.exists(folder.resolve("o/labels/a.png")));
  }

  @Test
  void tokensAreOneJsonObject() {
    var image = images().resolve("val_00000.jpg");
    var result =
        toco(
            "infer tokens",
            "--image",
            image,
            "--point",
            "95,0",
            "--out",
            folder.resolve("o"),
            "--json");
    assertEquals(0, result.status(), result.err());
    var json = Json.MAPPER.readTree(result.out());
    assertEquals(3, json.get("patchCosine").size());
    assertEquals(3, json.get("patchColumn").asInt());
    assertEquals(4, json.get("classToken").size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "1,", "a,b", "1,2,3", "-1,2", "99999999999,1"})
  void aPointIsTwoNumbers(String point) {
    var result =
        toco("infer tokens", "--image", "a.jpg", "--point=" + point, "--out", folder.resolve("o"));
    assertEquals(ExitStatus.USAGE, result.status(), result.err());
    assertTrue(result.err().contains("--point"), result.err());
  }

  @Test
  void theCurveHasEveryThresholdAndNamesTheBest() {
    var result = toco("eval cam", "--json", "--chart", folder.resolve("curve.png"));
    assertEquals(0, result.status(), result.err());
    var json = Json.MAPPER.readTree(result.out());
    assertEquals(19, json.get("curve").size());
    assertEquals(2, json.get("images").asInt());
    double best = json.get("best").get("cam").get("miou").asDouble();
    for (var point : json.get("curve")) {
      assertTrue(point.get("camMiou").asDouble() <= best);
    }
    assertTrue(Files.exists(folder.resolve("curve.png")));
    var few = toco("eval cam", "--thresholds", "0.3,0.5");
    assertTrue(few.out().contains("\n0.3  "), few.out());
    assertEquals(1, toco("eval cam", "--thresholds", "0.5,0.3").status());
  }

  @Test
  void aMaskThatCannotBeReadShowsInTheStatusOfCurveAndPseudoLabels() throws IOException {
    var mask = images().resolveSibling("SegmentationClassAug/val_00001.png");
    var whole = Files.readAllBytes(mask);
    try {
      Files.write(mask, new byte[] {1});
      var curve = toco("eval cam", "--json");
      assertEquals(ExitStatus.SKIPPED, curve.status(), curve.err());
      assertTrue(curve.err().contains("not evaluated: val_00001: "), curve.err());
      var json = Json.MAPPER.readTree(curve.out());
      assertEquals(1, json.get("images").asInt());
      assertEquals("val_00001", json.at("/skipped/0/name").asString());
      var out = folder.resolve("o");
      var labels = toco("pseudo-labels", "--split", "val", "--out", out, "--refine", "none");
      assertEquals(ExitStatus.SKIPPED, labels.status(), labels.err());
      assertTrue(labels.err().contains("1 masks cannot be read"), labels.err());
      assertTrue(labels.out().contains("2 label maps"), labels.out());
    } finally {
      Files.write(mask, whole);
    }
  }

  @Test
  void invalidProbabilitiesAreReportedWithTheirFile() throws IOException {
    var image = images().resolve("val_00000.jpg");
    var prob = folder.resolve("p.npy");
    try (var _ = TensorScope.open()) {
      NpyFile.write(prob, Tensor.full(2, DType.FLOAT32, Device.CPU, 2, 96, 96));
    }
    var result = Cli.run("crf", "--image", image, "--prob", prob);
    assertEquals(1, result.status(), result.err());
    assertTrue(result.err().contains(prob + ": probabilities must be 0 to 1"), result.err());
  }

  @Test
  void pseudoLabelsAreScoredWhereThereAreMasks() {
    var result = toco("pseudo-labels", "--out", folder.resolve("o"), "--refine", "none");
    assertEquals(0, result.status(), result.err());
    assertTrue(result.out().contains("2 label maps"), result.out());
    assertTrue(result.out().contains("mIoU"), result.out());
    assertTrue(Files.exists(folder.resolve("o/train_00001.png")));
  }

  @Test
  void aSubmissionIsWrittenAndChecked() {
    var result =
        toco("submit voc-test", "--out", folder.resolve("r.tgz"), "--protocol", "train-time");
    assertEquals(0, result.status(), result.err());
    assertTrue(result.out().contains("1 images"), result.out());
    assertTrue(result.err().contains("7 classes, but VOC's server scores 21"), result.err());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "infer",
        "infer cam",
        "infer seg",
        "infer cam-as-seg",
        "infer tokens",
        "eval cam",
        "pseudo-labels",
        "submit",
        "submit voc-test"
      })
  void everyCommandHasHelpWithAnExample(String command) {
    var line = new ArrayList<Object>(List.of(command.split(" ")));
    line.add("--help");
    var result = Cli.run(line.toArray());
    assertEquals(0, result.status());
    assertTrue(result.out().contains("Examples:\n  toco " + command.split(" ")[0]), result.out());
  }
}
