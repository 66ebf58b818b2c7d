package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.files.Json;
import toco.torch.TensorTest;

/// Options, tables, parts and refusals of MoRe's and CoSA's evaluations, and `infer seg` by them.
@TensorTest
class EvaluationOptionsTest {
  @TempDir Path folder;
  private EvaluationPathsFixture data;

  @BeforeEach
  void makeData() throws IOException {
    data = new EvaluationPathsFixture(folder);
  }

  /// Tables name the scores that know the labels, and say what they are.
  @Test
  void tablesNameKnownLabels() {
    var options = List.<Object>of("--protocol", "cosa", "--labels-known", "--bootstrap", "5");
    var result = data.toco("toco", "eval", options);
    assertEquals(0, result.status(), result.err());
    var head = result.out().lines().findFirst().orElseThrow();
    assertTrue(head.matches("IoU, % +seg  seg, labels-known +CAM +aux CAM"), head);
    assertTrue(result.out().contains("labels-known: without the classes"), result.out());
    assertTrue(result.out().contains("segLabelsKnown.miou"), result.out());
    assertTrue(result.out().contains("cosa: split val, 448 px, scales 1 0.5 1.5 0.75 1.25, flip"));
    assertTrue(result.out().contains("aux CAM of the last scale, labels-known too, no CRF"));
  }

  /// Parts hold all kinds, and are merged as any.
  @Test
  void partsAreMerged() {
    var options = List.<Object>of("--protocol", "more-cam2seg", "--labels-known", "--json");
    var whole = data.toco("more", "eval", options);
    var out = folder.resolve("parts");
    for (var shard : List.of("1/2", "2/2")) {
      var part = new ArrayList<Object>(options);
      part.addAll(List.of("--shard", shard, "--out", out));
      assertEquals(0, data.toco("more", "eval", part).status());
    }
    var merged = Cli.run("eval", "merge", out, "--json");
    assertEquals(0, merged.status(), merged.err());
    assertEquals(whole.out(), merged.out());
  }

  @Test
  void whatDoesNotFitIsRefused() throws IOException {
    assertFails("toco", 1, "eval.maps=lam needs localisation maps", "--set", "eval.maps=lam");
    assertFails(
        "toco",
        2,
        "which segments no class maps",
        "--protocol",
        "voc",
        "--set",
        "eval.mapScales=[1]");
    assertFails(
        "more",
        2,
        "which fixes it; use --protocol custom",
        "--protocol",
        "cosa",
        "--set",
        "eval.flip=max");
    data.removeLabel(0);
    assertFails(
        "toco",
        1,
        "no image-level label for " + EvaluationPathsFixture.NAMES.get(0),
        "--protocol",
        "cosa",
        "--labels-known");
  }

  private void assertFails(String recipe, int status, String part, Object... options) {
    var result = data.toco(recipe, "eval", List.of(options));
    assertEquals(status, result.status(), result.err());
    assertTrue(result.err().contains(part), result.err());
    assertEquals(1, result.err().lines().filter(line -> line.contains(part)).count());
  }

  /// `infer seg` predicts, so it never knows labels, whatever a configuration says.
  @Test
  void imagesAreSegmentedByTheSameProtocols() throws IOException {
    for (var protocol : List.of("more", "more-cam2seg-crf", "cosa-crf")) {
      var out = folder.resolve(protocol);
      var result =
          data.toco(
              "more",
              "infer seg",
              List.of(
                  "--protocol",
                  protocol,
                  "--images",
                  folder.resolve("JPEGImages"),
                  "--out",
                  out,
                  "--set",
                  "eval.labelsKnown=true"));
      assertEquals(0, result.status(), result.err());
      data.replaceMasks(out.resolve("labels"));
      var scores = data.toco("more", "eval", List.of("--json", "--protocol", protocol));
      assertEquals(0, scores.status(), scores.err());
      var kind = protocol.endsWith("crf") ? "crf" : "seg";
      var json = Json.MAPPER.readTree(scores.out());
      assertEquals(1, json.at("/pixelAccuracy/" + kind).asDouble(), protocol);
    }
    assertTrue(Files.exists(folder.resolve("cosa-crf/labels/wide.png")));
  }
}
