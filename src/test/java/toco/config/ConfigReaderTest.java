package toco.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigReaderTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "train: {warmupItres: 5}      | unknown key 'train.warmupItres'; did you mean"
            + " 'train.warmupIters'?",
        "train: {max_iters: 5}        | unknown key 'train.max_iters'; did you mean"
            + " 'train.maxIters'?",
        "optim: {maxIters: 5}         | unknown key 'optim.maxIters'; did you mean"
            + " 'train.maxIters'?",
        "Train: {maxIters: 5}         | unknown key 'Train'; did you mean 'train'?",
        "data: {synthetc: {seed: 5}}  | unknown key 'data.synthetc'; did you mean"
            + " 'data.synthetic'?",
        "run: {xyzxyz: 5}             | unknown key 'run.xyzxyz'; run has dir, seed",
        "train.maxIters: 5            | 'train.maxIters' must be nested: write the section, and its"
            + " keys indented under it",
        "train: 5                     | train must hold keys and values, got 5",
        "hello                        | a configuration must hold keys and values, got \"hello\"",
      })
  void misspeltKeyNamesFileLineAndRemedy(String yaml, String message) {
    var said = refusal("# a comment\n" + yaml);
    assertTrue(said.endsWith(": " + message), said);
    assertTrue(said.startsWith(yaml.equals("hello") ? "own.yaml:" : "own.yaml:2:"), said);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "train: {maxIters: 5.5}          | train.maxIters must be an integer, got 5.5",
        "train: {maxIters: 5000000000}   | train.maxIters must be an integer, got 5000000000",
        "train: {maxIters: \"5\"}        | train.maxIters must be an integer, got \"5\"",
        "train: {maxIters: {a: 1}}       | train.maxIters must be an integer, got {\"a\":1}",
        "train: {device: gpu}            | train.device must be auto, cpu, cuda, cuda:N, or NAME:N"
            + " of a device that a loaded library registers, got \"gpu\"",
        "train: {device: 0}              | train.device must be auto, cpu, cuda, cuda:N, or NAME:N"
            + " of a device that a loaded library registers, got 0",
        "data: {labelsFromMasks: 'yes'}  | data.labelsFromMasks must be true or false, got \"yes\"",
        "data: {labelsFromMasks: 1}      | data.labelsFromMasks must be true or false, got 1",
        "cam: {scales: 0.5}              | cam.scales must be a list of numbers, such as [1, 0.5],"
            + " got 0.5",
        "cam: {scales: [1, null]}        | cam.scales must be a list of numbers, such as [1, 0.5],"
            + " got [1,null]",
        "cam: {parDilations: [1.5]}      | cam.parDilations must be a list of integers, such as [1,"
            + " 2], got [1.5]",
      })
  void valueOfAnotherTypeIsRefused(String yaml, String message) {
    assertEquals("own.yaml:1: " + message, refusal(yaml));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "train: {warmupIters: -5}           | train.warmupIters must be ≥ 0, got -5",
        "train: {warmupIters: 30000}        | train.warmupIters must be ≤ train.maxIters (20000),"
            + " got 30000",
        "optim: {lr: .nan}                  | optim.lr must be > 0, got NaN",
        "optim: {betas: [0.9]}              | optim.betas must be two numbers in [0, 1), got [0.9]",
        "cam: {lowThreshold: 0.8}           | cam.lowThreshold must be ≤ cam.highThreshold (0.7),"
            + " got 0.8",
        "cam: {scales: []}                  | cam.scales must be one or more scales in (0, 16], got"
            + " []",
        "augment: {grayscaleProbability: 2} | augment.grayscaleProbability must be in [0.0, 1.0],"
            + " got 2.0",
        "augment: {cropSizePx: 450}         | augment.cropSizePx must be a multiple of the patch"
            + " size 16 (such as 448 or 464), got 450",
        "train: {localCropSizePx: 464}      | train.localCropSizePx must be ≤ augment.cropSizePx"
            + " (448), got 464",
        "train: {localCropSizePx: 448}      | train.localCropSizePx must be small enough for"
            + " train.localCrops (8) different places in augment.cropSizePx (448), got 448",
        "train: {localCrops: 0}             | train.localCrops must be ≥ 1, got 0",
        "model: {auxLayer: -13}             | model.auxLayer must be from -12 to -1 (counted from"
            + " the last block), got -13",
        "model: {embedDim: 96}              | model.embedDim is 96 but deit_base_patch16_224 has"
            + " 768; remove the key, or set model.backbone to custom",
        "data: {synthetic: {valImages: 0}}  | data.synthetic.valImages must be ≥ 1, got 0",
      })
  void valueOutOfRangeIsRefusedWithItsRange(String yaml, String message) {
    assertEquals("own.yaml:1: " + message, refusal(yaml));
  }

  @Test
  void valueThatIsMissingIsNamed() {
    assertEquals(
        "own.yaml:2: train.maxIters has no value;"
            + " give an integer, or remove the key to use its default 20000",
        refusal("train:\n  maxIters:\n  logEvery: 5"));
    assertEquals(
        "own.yaml: model.embedDim is missing; model.backbone custom needs it",
        refusal("model: {backbone: custom}"));
    assertEquals(
        "own.yaml: data.testList has no value, but split test is used; name a list",
        refusal("eval: {split: test}"));
  }

  @Test
  void classNamesMustFitTheNumberOfClassesThatIsGiven() {
    var said = refusal("model: {numClasses: 21}\ndata:\n  classNames: [cat, dog]");
    assertTrue(said.contains("model.numClasses is 21 (background included)"), said);
    assertTrue(said.contains("set model.numClasses=3"), said);
    var pets = read("model: {numClasses: 3}\ndata: {classNames: [cat, dog]}");
    assertEquals(List.of("cat", "dog"), pets.data().classNames());
  }

  @Test
  void theNumberOfClassesFollowsFromTheirNames() {
    assertEquals(3, read("data: {classNames: [cat, dog]}").model().numClasses());
    assertEquals(81, read("data: {layout: coco}").model().numClasses());
    assertEquals(7, read("model: {numClasses: 0}\ndata: {layout: synthetic}").model().numClasses());
  }

  @Test
  void keyGivenTwiceIsRefusedWithBothLines() {
    assertEquals(
        "own.yaml:4: key 'train.logEvery' appears twice, first in line 2",
        refusal("train:\n  logEvery: 1\n  evalEvery: 1\n  logEvery: 2"));
  }

  @Test
  void brokenYamlSaysWhereInOneLine() {
    var broken = List.of("train: [", "train:\n\tmaxIters: 5", "a: *b", "run: {}\n---\nrun: {}");
    for (var yaml : broken) {
      var said = refusal(yaml);
      assertTrue(said.matches("own\\.yaml:\\d+: .+"), said);
      assertFalse(said.contains("\n"), said);
    }
  }

  @Test
  void numbersAreReadAsYamlsCoreSchemaSays() {
    var config = read("cam: {scales: [1, .5, +1.5]}\noptim: {lr: 1e-3, weightDecay: 0}");
    assertEquals(List.of(1.0, 0.5, 1.5), config.cam().scales());
    assertEquals(1e-3, config.optim().lr());
    assertEquals(0, config.optim().weightDecay());
  }

  @Test
  void emptyFileAndEmptySectionsAreTheDefaults() {
    assertEquals(Config.defaults(), read(""));
    assertEquals(Config.defaults(), read("# nothing\n"));
    assertEquals(Config.defaults(), read("train:\n#  maxIters: 5\noptim:\n"));
  }

  @Test
  void overridesAreStrongerThanTheFileAndTheLastOneCounts() {
    var overrides =
        List.of(
            "train.maxIters=30",
            "train.maxIters=40",
            "cam.scales=[1,.5]",
            "data.root=a b: #c=d",
            "model.pretrained=w.pth");
    var config = Config.parse("train: {maxIters: 20, warmupIters: 5}", "own.yaml", overrides);
    assertEquals(40, config.train().maxIters());
    assertEquals(5, config.train().warmupIters());
    assertEquals(List.of(1.0, 0.5), config.cam().scales());
    assertEquals(Path.of("a b: #c=d"), config.data().root());
    assertNull(config.with("model.pretrained=null").model().pretrained());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "train.maxItres=5   | unknown key 'train.maxItres'; did you mean 'train.maxIters'?",
        "train.maxIters=abc | train.maxIters must be an integer, got \"abc\"",
        "train.maxIters=-1  | train.maxIters must be ≥ 1, got -1",
        "run=5              | run is a section; set one of its keys: dir, seed",
      })
  void wrongOverrideIsNamed(String override, String message) {
    var error =
        assertThrows(ConfigException.class, () -> Config.parse("", "own.yaml", List.of(override)));
    assertEquals("--set " + override + ": " + message, error.getMessage());
  }

  @Test
  void pathsAreRelativeToTheWorkingDirectoryAndListsToTheRoot(@TempDir Path folder)
      throws IOException {
    var file = Files.writeString(folder.resolve("own.yaml"), "data: {root: there}");
    var data = Config.load(file, List.of("data.labels=/abs/labels.npy")).data();
    assertEquals(Path.of("there"), data.root());
    assertEquals(Path.of("there/lists/val.txt"), data.listPath(Split.VAL));
    assertEquals(Path.of("there/JPEGImages"), data.imagePath());
    assertEquals(Path.of("/abs/labels.npy"), data.labelsPath());
  }

  @Test
  void fileThatIsNoConfigurationIsNamed(@TempDir Path folder) throws IOException {
    var missing = folder.resolve("no.yaml");
    var error = assertThrows(ConfigException.class, () -> Config.load(missing, List.of()));
    assertEquals(missing + ": no such configuration file", error.getMessage());
    var binary = Files.write(folder.resolve("b.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    error = assertThrows(ConfigException.class, () -> Config.load(binary, List.of()));
    assertEquals(binary + ": not UTF-8 text; is it a configuration file?", error.getMessage());
  }

  private static Config read(String yaml) {
    return Config.parse(yaml, "own.yaml", List.of());
  }

  private static String refusal(String yaml) {
    var error = assertThrows(ConfigException.class, () -> read(yaml));
    return String.valueOf(error.getMessage());
  }
}
