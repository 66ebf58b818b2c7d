package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import toco.files.Json;
import toco.foreign.ToyNetworks;
import toco.torch.LibTorch;
import toco.torch.TensorTest;
import tools.jackson.databind.JsonNode;

/// Networks of other programs are scored as this program's own; scores equal those of the toys'
/// masks, computed by hand.
@TensorTest(scope = false)
class ForeignNetworkTest {
  @TempDir Path folder;
  private Path config;

  @BeforeEach
  void writeData() throws IOException {
    LibTorch.load();
    config = ToyNetworks.config(folder);
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private Cli.Result run(String command, Object... more) {
    var line = new ArrayList<Object>(List.of(command.split(" ")));
    line.add(config);
    line.addAll(Arrays.asList(more));
    return Cli.run(line.toArray());
  }

  private JsonNode scores(Path network, Object... more) {
    var line = new ArrayList<Object>(List.of("--network", network, "--normalize", "none"));
    line.addAll(List.of("--json", "--out", folder.resolve("results")));
    line.addAll(Arrays.asList(more));
    var done = run("eval", line.toArray());
    assertEquals(0, done.status(), done.err());
    return Json.MAPPER.readTree(done.out());
  }

  private static void assertByHand(JsonNode scores) {
    assertEquals(ToyNetworks.MIOU, scores.path("segMiou").asDouble(), 1e-12);
    var perClass = scores.path("perClass");
    assertEquals(
        ToyNetworks.BACKGROUND_IOU, perClass.path("background").path("seg").asDouble(), 1e-12);
    assertEquals(ToyNetworks.RED_IOU, perClass.path("red").path("seg").asDouble(), 1e-12);
    assertEquals(ToyNetworks.GREEN_IOU, perClass.path("green").path("seg").asDouble(), 1e-12);
    assertEquals(1, scores.path("classF1").asDouble(), "each image shows its class alone");
    assertTrue(scores.path("patchCosine").isNull());
    assertTrue(scores.path("camMiou").isMissingNode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"train-time", "voc", "coco", "more", "cosa"})
  void aScriptIsScoredByEveryProtocol(String protocol) {
    assertByHand(scores(ToyNetworks.script(file("toy.ts")), "--protocol", protocol));
  }

  @ParameterizedTest
  @ValueSource(strings = {"train-time", "voc", "coco", "more", "cosa"})
  void anOnnxFileIsScoredByEveryProtocol(String protocol) throws IOException {
    var file = ToyNetworks.onnx(file("toy.onnx"), -1);
    assertByHand(scores(file, "--protocol", protocol, "--output", "out"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"voc-crf", "coco-crf", "more-crf", "cosa-crf"})
  void theDenseCrfRefinesItsProbabilities(String protocol) {
    var scores = scores(ToyNetworks.script(file("toy.ts")), "--protocol", protocol);
    assertByHand(scores);
    assertTrue(scores.path("crfMiou").isNumber(), scores.toString());
  }

  @Test
  void resultsNameFileAndCall() {
    var scores = scores(ToyNetworks.script(file("toy.ts")), "--fit", "4");
    assertEquals(file("toy.ts").toString(), scores.path("checkpoint").asString());
    assertEquals(64, scores.path("checkpointSha256").asString().length());
    assertEquals("output default, normalisation none, sizes 4", scores.path("network").asString());
  }

  /// Logits of any stride are upsampled: between cells of 4 px, classes change where cells do.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Tensor             | return torch.avg_pool2d(LOGITS, 4)                        |",
        "Dict[str, Tensor]  | return {'aux': x, 'out': LOGITS}                          |",
        "Dict[str, Tensor]  | return {'aux': x, 'mask': LOGITS}                         | mask",
        "Tuple[Tensor, Tensor] | return (x, LOGITS)                                     | 1",
        "List[Tensor]       | return [LOGITS]                                           |",
        "Tensor             | return LOGITS.double()                                    |",
        "Tensor             | return LOGITS.half()                                      |"
      })
  void outputsOfAllFormsAreTaken(String type, String body, String output) {
    var file = ToyNetworks.script(file("toy.ts"), type, body);
    assertByHand(output == null ? scores(file) : scores(file, "--output", output));
  }

  @Test
  void sizesThatANetworkNeedsAreGiven() throws IOException {
    var multiples =
        ToyNetworks.script(
            file("toy.pt"),
            "Tensor",
            "assert x.size(2) % 32 == 0 and x.size(3) % 32 == 0, 'not 32'\nreturn LOGITS");
    assertRefused("fails on an image of [1, 3, 16, 16] (", "--fit NUMBER", multiples);
    assertByHand(scores(multiples, "--fit", "32"));
    assertByHand(scores(multiples, "--fit", "32", "--protocol", "voc"));
    var fixed = ToyNetworks.onnx(file("fixed.onnx"), 64);
    assertRefused("takes images of 64×64 px only, got 16×16 px", "--fit 64x64", fixed);
    assertByHand(scores(fixed, "--fit", "64x64"));
    assertByHand(scores(fixed, "--fit", "64x64", "--protocol", "voc"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Tensor | return x[:, :2]            | logits of 2 channels, expected 3   |"
            + " data.classNames",
        "Tensor | return LOGITS.argmax(1)    | int64 [1, 16, 16]                  | without its"
            + " argmax",
        "Tensor | return LOGITS[0]           | a tensor of shape [3, 16, 16]      | --output",
        "Tensor | return LOGITS / 0          | logits that are no finite numbers  | --normalize"
            + " none",
        "Dict[str, Tensor] | return {'a': x, 'b': x} | has 2 outputs, a, b        | --output",
        "Dict[str, int] | return {'a': 1}    | neither a tensor nor a dict        | export a"
            + " module",
        "Tensor | return x.view(7, -1)       | fails on an image of               | --fit",
      })
  void whatIsNotLogitsIsOneLine(String type, String body, String what, String remedy) {
    assertRefused(what, remedy, ToyNetworks.script(file("toy.ts"), type, body));
  }

  private void assertRefused(String what, String remedy, Path network, Object... more) {
    var line = new ArrayList<Object>(List.of("--network", network, "--normalize", "none"));
    line.addAll(Arrays.asList(more));
    var refused = run("eval", line.toArray());
    assertEquals(1, refused.status(), refused.out());
    var last = refused.err().lines().toList().getLast();
    assertTrue(last.contains(network.toString()), last);
    assertTrue(last.contains(what), last);
    assertTrue(last.contains(remedy), last);
    assertTrue(refused.err().lines().count() <= 2, refused.err()); // the first is of the progress
  }

  @Test
  void anOutputThatIsNotThereIsNamed() throws IOException {
    var script = ToyNetworks.script(file("toy.ts"), "Dict[str, Tensor]", "return {'out': LOGITS}");
    assertRefused("has no output 'seg'; it has out", "--output", script, "--output", "seg");
    var plain = ToyNetworks.script(file("plain.ts"));
    assertRefused("no output 'seg' to choose", "leave --output out", plain, "--output", "seg");
    var onnx = ToyNetworks.onnx(file("toy.onnx"), -1);
    assertRefused("has no output 'x'; it has other, out", "--output", onnx, "--output", "x");
    assertByHand(scores(onnx, "--output", "1"));
    assertByHand(scores(onnx)); // by its usual name
  }

  @Test
  void filesThatAreNoNetworkAreOneLine() throws IOException {
    var text = Files.writeString(file("toy.pt"), "not a network");
    assertRefused("is no TorchScript module", "torch.jit.trace", text);
    assertRefused("is no file", "check the path", file("missing.ts"));
    assertRefused("is no file", "check the path", file("missing.onnx"));
    var damaged = Files.writeString(file("toy.onnx"), "not a network");
    assertRefused("is no ONNX network", "ONNX Runtime", damaged);
  }

  /// With a checkpoint the value is a name, without one a file.
  @Test
  void theOptionServesNamesAndFiles() {
    var toy = ToyNetworks.script(file("toy.ts"));
    assertUsage(
        "--network " + toy + " is a file, and --checkpoint x has",
        "--checkpoint",
        "x",
        "--network",
        toy);
    assertUsage("--output says how", "--checkpoint", "x", "--output", "seg");
    assertUsage("--normalize: expected imagenet", "--network", toy, "--normalize", "vgg");
    assertUsage("--normalize: expected imagenet", "--network", toy, "--normalize", "1,2/3");
    assertUsage("--fit: expected a number", "--network", toy, "--fit", "0");
    assertUsage("--fit: expected a number", "--network", toy, "--fit", "32x");
    var named = Cli.run("eval", config, "--checkpoint", file("no.safetensors"), "--network", "toy");
    assertTrue(named.err().contains("no.safetensors: no such file"), named.err());
    var noConfig = Cli.run("eval", "--network", toy);
    assertEquals(2, noConfig.status());
    assertTrue(noConfig.err().contains("Missing required parameter: 'CONFIG'"), noConfig.err());
  }

  private void assertUsage(String expected, Object... options) {
    var refused = run("eval", options);
    assertEquals(2, refused.status(), refused.err());
    assertTrue(refused.err().contains(expected), refused.err());
  }

  /// The published protocols of class maps, and the tools for them, need what it does not have.
  @Test
  void whatNeedsMapsIsRefused() {
    var toy = ToyNetworks.script(file("toy.ts"));
    assertSays(
        run("eval", "--network", toy, "--protocol", "more-cam2seg"),
        1,
        "protocol more-cam2seg segments class maps, which this network does not have");
    assertSays(run("eval cam", "--network", toy), 2, "only segmentations are known");
    var images = folder.resolve("toys/images");
    assertSays(
        run("infer cam", "--network", toy, "--images", images, "--out", file("out")),
        1,
        "use the maps seg");
    assertSays(
        run("pseudo-labels", "--network", toy, "--out", file("out2"), "--maps", "cam"),
        1,
        "use the maps seg");
  }

  private static void assertSays(Cli.Result refused, int status, String words) {
    assertEquals(status, refused.status(), refused.err());
    assertTrue(refused.err().contains(words), refused.err());
  }

  /// Label maps at native size: red to the left, green above.
  @Test
  void imagesAreSegmented() throws IOException {
    var toy = ToyNetworks.onnx(file("toy.onnx"), -1);
    var out = file("seg");
    var images = folder.resolve("toys/images");
    var done =
        run("infer seg", "--network", toy, "--normalize", "none", "--images", images, "--out", out);
    assertEquals(0, done.status(), done.err());
    var a = ImageIO.read(out.resolve("labels/a.png").toFile());
    var b = ImageIO.read(out.resolve("labels/b.png").toFile());
    for (int i = 0; i < 256; i++) {
      int x = i % 16;
      int y = i / 16;
      assertEquals(x < 8 ? 1 : 0, a.getRaster().getSample(x, y, 0));
      assertEquals(y < 8 ? 2 : 0, b.getRaster().getSample(x, y, 0));
    }
    assertTrue(new Color(a.getRGB(0, 0)).getRed() > 0);
  }

  /// Of a network of logits they are made from its probabilities.
  @Test
  void pseudoLabelsAreMade() {
    var toy =
        ToyNetworks.script(file("toy.ts"), "Tensor", "return 20 * LOGITS"); // sure of its classes
    var done =
        run(
            "pseudo-labels",
            "--network",
            toy,
            "--normalize",
            "none",
            "--refine",
            "none",
            "--out",
            file("labels"),
            "--json");
    assertEquals(0, done.status(), done.err());
    var json = Json.MAPPER.readTree(done.out());
    assertEquals(2, json.path("images").asInt());
    assertEquals(ToyNetworks.RED_IOU, json.path("perClass").path("red").asDouble(), 0.02);
    assertEquals(1, json.path("perClass").path("green").asDouble(), 0.02);
  }

  @Test
  void anEvaluationIsResumedOnlyWithTheSameCall() {
    var toy = ToyNetworks.script(file("toy.ts"));
    scores(toy);
    assertByHand(scores(toy, "--resume"));
    var refused =
        run("eval", "--network", toy, "--normalize", "half", "--resume", "--out", file("results"));
    assertEquals(1, refused.status());
    assertTrue(refused.err().contains("another network"), refused.err());
  }
}
