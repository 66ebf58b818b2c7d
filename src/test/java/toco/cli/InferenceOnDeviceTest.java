package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static toco.cli.SameResults.assertSameFiles;
import static toco.cli.SameResults.assertSameJson;

import java.io.IOException;
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

/// What commands write with a network on an accelerator equals what they write with it on the CPU.
@OnAccelerator
@TensorTest(scope = false)
class InferenceOnDeviceTest {
  @TempDir static Path shared;
  private static EvaluationPathsFixture data;

  @TempDir Path folder;

  @BeforeAll
  static void makeData() throws IOException {
    data = new EvaluationPathsFixture(shared);
  }

  /// @return what it printed
  private String run(String recipe, String device, Path out, String command, List<?> options) {
    var all = new ArrayList<Object>(options);
    all.addAll(List.of("--out", out, "--set", "train.device=" + device));
    all.addAll(List.of("--set", "data.trainList=lists/val.txt"));
    all.addAll(List.of("--set", "eval.mapScales=[1, 0.5]")); // for time
    var result = data.toco(recipe, command, all);
    assertEquals(0, result.status(), result.err());
    return result.out();
  }

  /// @param out the end of the name of what is written
  private void assertSame(String recipe, String command, String out, Object... options)
      throws IOException {
    var onCpu = folder.resolve("cpu");
    var onDevice = folder.resolve("device");
    var printed = run(recipe, "cpu", onCpu.resolve(out), command, List.of(options));
    var expected = printed.replace(onCpu.toString(), onDevice.toString());
    var actual =
        run(recipe, TestAccelerator.name(), onDevice.resolve(out), command, List.of(options));
    assertSameFiles(onCpu, onDevice);
    if (expected.startsWith("{")) {
      assertSameJson(command, Json.MAPPER.readTree(expected), Json.MAPPER.readTree(actual));
    } else {
      assertEquals(expected, actual);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "toco, voc",
    "toco, coco-crf",
    "more, more-test-crf",
    "cosa, cosa-crf",
  })
  void segmentationsAreThoseOfTheCpu(String recipe, String protocol) throws IOException {
    assertSame(
        recipe,
        "infer seg",
        "out",
        "--images",
        shared.resolve("JPEGImages"),
        "--protocol",
        protocol,
        "--colour",
        "--overlay",
        "--format",
        "png,coco,cvat");
  }

  @ParameterizedTest
  @CsvSource({"toco, cam", "more, cam", "cosa, cam", "toco, cam-as-seg"})
  void soAreMaps(String recipe, String command) throws IOException {
    assertSame(
        recipe,
        "infer " + command,
        "out",
        "--images",
        shared.resolve("JPEGImages"),
        "--per-class",
        "--npy");
  }

  @ParameterizedTest
  @CsvSource({"toco, par, cam", "more, crf, lam", "cosa, none, aux_cam", "toco, crf, seg"})
  void soArePseudoLabels(String recipe, String refinement, String maps) throws IOException {
    assertSame(
        recipe,
        "pseudo-labels",
        "labels",
        "--refine",
        refinement,
        "--maps",
        maps,
        "--format",
        "png,coco",
        "--json");
  }

  @Test
  void soAreTokens() throws IOException {
    var image = shared.resolve("JPEGImages/wide.jpg");
    for (var recipe : List.of("toco", "more")) {
      assertSame(recipe, "infer tokens", recipe, "--image", image, "--point", "5,9", "--json");
    }
  }
}
