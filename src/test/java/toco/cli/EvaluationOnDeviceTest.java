package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.cli.SameResults.assertSameFiles;
import static toco.cli.SameResults.assertSameJson;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import toco.files.Json;
import toco.torch.OnAccelerator;
import toco.torch.TensorTest;
import toco.torch.TestAccelerator;
import tools.jackson.databind.JsonNode;

/// `toco eval` gives the same scores on an accelerator as on the CPU, by every protocol.
@OnAccelerator
@TensorTest(scope = false)
class EvaluationOnDeviceTest {
  @TempDir static Path shared;
  private static EvaluationPathsFixture data;

  @TempDir Path folder;

  @BeforeAll
  static void makeData() throws IOException {
    data = new EvaluationPathsFixture(shared);
  }

  private String run(String recipe, String device, String command, List<?> options) {
    var all = new ArrayList<Object>(options);
    all.addAll(List.of("--json", "--set", "train.device=" + device));
    if (options.toString().contains("cam2seg") || options.toString().contains("more-test")) {
      all.addAll(List.of("--set", "eval.mapScales=[1, 0.5]")); // for time
    }
    var result = data.toco(recipe, command, all);
    assertEquals(0, result.status(), result.err());
    return result.out();
  }

  private JsonNode eval(String recipe, String device, List<?> options) {
    var all = new ArrayList<Object>(options);
    all.addAll(List.of("--out", folder.resolve(device.replace(':', '-'))));
    return Json.MAPPER.readTree(run(recipe, device, "eval", all));
  }

  private void assertSame(String recipe, List<?> options) throws IOException {
    var device = TestAccelerator.name();
    var actual = eval(recipe, device, options);
    assertEquals(device, actual.at("/environment/device").asString());
    assertSameJson("", eval(recipe, "cpu", options), actual);
    assertTrue(actual.get("segMiou").asDouble() > 0, "the case is to have scores");
  }

  @ParameterizedTest
  @CsvSource({
    "toco, train-time",
    "more, train-time",
    "cosa, train-time",
    "toco, voc",
    "more, voc-crf",
    "toco, coco",
    "cosa, coco-crf",
    "more, more-crf",
    "toco, more-cam2seg-crf",
    "more, more-test-crf",
    "cosa, cosa-crf",
  })
  void scoresAreThoseOfTheCpu(String recipe, String protocol) throws IOException {
    assertSame(recipe, List.of("--protocol", protocol));
  }

  @ParameterizedTest
  @CsvSource({"toco, voc", "more, more-cam2seg-crf", "cosa, cosa-crf"})
  void soAreThoseWithKnownLabels(String recipe, String protocol) throws IOException {
    assertSame(recipe, List.of("--protocol", protocol, "--labels-known"));
  }

  @Test
  void soAreOverlaysAndTheCurveOfThresholds() throws IOException {
    for (var recipe : List.of("toco", "more")) {
      var overlays = shared.resolve("run-" + recipe).resolve("overlays");
      for (var device : List.of("cpu", TestAccelerator.name())) {
        eval(recipe, device, List.of("--overlays", 3));
        Files.move(overlays, folder.resolve(recipe + device.replaceAll("\\W.*", "")));
      }
      var name = TestAccelerator.name().replaceAll("\\W.*", "");
      assertSameFiles(folder.resolve(recipe + "cpu"), folder.resolve(recipe + name));
      assertSameJson(
          recipe,
          Json.MAPPER.readTree(run(recipe, "cpu", "eval cam", List.of())),
          Json.MAPPER.readTree(run(recipe, TestAccelerator.name(), "eval cam", List.of())));
    }
  }
}
