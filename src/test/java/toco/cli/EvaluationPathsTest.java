package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.cam.EncodedImages;
import toco.cam.LocalisationMaps;
import toco.cam.MultiScaleCam;
import toco.cam.MultiScaleInference;
import toco.cam.NetworkInput;
import toco.cam.SquareInference;
import toco.config.Combination;
import toco.config.CrfParams;
import toco.config.PixelStatistics;
import toco.eval.ConfusionMatrix;
import toco.files.Json;
import toco.image.ImageDecoder;
import toco.image.RgbImage;
import toco.model.Network;
import toco.recipe.cosa.CosaEvaluation;
import toco.recipe.cosa.MultiScaleMaps;
import toco.recipe.more.ShownClasses;
import toco.refine.DenseCrf;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import toco.torch.TensorTest;
import tools.jackson.databind.JsonNode;

/// The published evaluations of MoRe and CoSA from the command line, compared with what the classes
/// that the golden cases check give for each image: sizes, scales, thresholds and CRFs are written
/// out here once more.
@TensorTest
class EvaluationPathsTest {
  private static final List<Double> MAP_SCALES = List.of(1.0, 0.5, 0.75, 1.25, 1.5, 1.75, 2.0);
  private static final List<Double> COSA_SCALES = List.of(1.0, 0.5, 1.5, 0.75, 1.25);
  private static final CrfParams MORE_CRF = new CrfParams(10, 3, 1, 4, 67, 3);
  private static final CrfParams COSA_CRF = new CrfParams(1, 1, 1, 4, 121, 5);
  private static final double EQUAL = 1e-12; // the same operations

  @TempDir Path folder;
  private EvaluationPathsFixture data;

  @BeforeEach
  void makeData() throws IOException {
    data = new EvaluationPathsFixture(folder);
  }

  /// What a path makes of an image, by its key in JSON.
  private interface Expected {
    Map<String, Tensor> of(Network model, RgbImage image, float[] known);
  }

  /// Compares the mIoU of every kind, and that no other kind was evaluated.
  private JsonNode assertScores(String recipe, List<Object> options, Expected expected)
      throws IOException {
    var args = new ArrayList<Object>(List.of("--json"));
    args.addAll(options);
    var result = data.toco(recipe, "eval", args);
    assertEquals(0, result.status(), result.err());
    var json = Json.MAPPER.readTree(result.out());
    var matrices = new LinkedHashMap<String, ConfusionMatrix>();
    var labels = new LinkedHashMap<String, Set<Long>>();
    try (var model = data.network(recipe);
        var arena = Arena.ofConfined();
        var _ = GradMode.noGrad()) {
      for (int i = 0; i < EvaluationPathsFixture.NAMES.size(); i++) {
        var image = ImageDecoder.decode(data.image(i), arena);
        var truth = data.mask(i);
        expected
            .of(model, image, EvaluationPathsFixture.LABELS.get(i))
            .forEach((kind, map) -> {
              var predicted = map.toLongArray();
              var matrix =
                  matrices.computeIfAbsent(
                      kind, _ -> new ConfusionMatrix(EvaluationPathsFixture.CLASSES));
              for (int p = 0; p < predicted.length; p++) {
                matrix.add(truth[p], predicted[p]);
                labels.computeIfAbsent(kind, _ -> new HashSet<>()).add(predicted[p]);
              }
            });
      }
    }
    matrices.forEach((kind, matrix) -> {
      assertEquals(matrix.miou(), json.path(kind + "Miou").asDouble(), EQUAL, kind);
      assertTrue(labels.get(kind).size() > 1, kind + " is to have several labels");
    });
    assertEquals(matrices.keySet(), Set.copyOf(json.get("pixelAccuracy").propertyNames()));
    return json;
  }

  private static Tensor atNativeSize(Tensor maps, RgbImage image) {
    return maps.interpolate(image.heightPx(), image.widthPx(), Interpolation.BILINEAR);
  }

  /// Pixel by pixel: the strongest known class above the threshold.
  private static Tensor strongest(Tensor maps, float[] known) {
    int classes = known.length;
    var values = maps.toFloatArray();
    int pixels = values.length / classes;
    var labels = new long[pixels];
    for (int p = 0; p < pixels; p++) {
      float best = 0.5f;
      for (int k = 0; k < classes; k++) {
        float value = values[k * pixels + p];
        if (known[k] > 0 && value > best) {
          best = value;
          labels[p] = k + 1;
        }
      }
    }
    return Tensor.of(labels);
  }

  /// Pixel by pixel: the largest logit of background and known classes, as logits.
  private static Tensor knownLogits(Tensor logits, float[] known) {
    int classes = known.length + 1;
    var values = logits.toFloatArray();
    int pixels = values.length / classes;
    for (int k = 0; k < known.length; k++) {
      if (known[k] == 0) {
        Arrays.fill(values, (k + 1) * pixels, (k + 2) * pixels, -1e5f);
      }
    }
    return Tensor.of(values, logits.shape().sizes());
  }

  private static Tensor crf(CrfParams params, Tensor image, Tensor logits) {
    return new DenseCrf(params).infer(image, logits.softmax(1).select(0, 0)).argmax(0);
  }

  @Test
  void theDecoderByMore() throws IOException {
    for (var recipe : List.of("more", "toco")) {
      var json =
          assertScores(
              recipe,
              List.of("--protocol", "more-crf"),
              (model, image, _) -> {
                var logits =
                    new SquareInference(448, List.of(1.0, 1.25, 1.5))
                        .logits(model, NetworkInput.of(image, 0, model));
                return Map.of(
                    "seg", logits.argmax(1), "crf", crf(MORE_CRF, image.tensor(), logits));
              });
      assertEquals("more-crf", json.at("/protocol/name").asString());
      assertEquals(448, json.at("/protocol/sizePx").asInt());
      assertEquals(67, json.at("/protocol/crf/bilateralSigmaPx").asInt());
      assertTrue(json.at("/protocol/labelsKnown").isMissingNode());
    }
  }

  private static Map<String, Tensor> cam2seg(RgbImage image, Tensor square, float[] shown) {
    var maps = atNativeSize(square, image); // [1, K, H, W]
    var planes = new ArrayList<Tensor>();
    var ids = new ArrayList<Long>(List.of(0L));
    for (int k = 0; k < shown.length; k++) {
      if (shown[k] > 0) {
        planes.add(maps.select(0, 0).select(0, k));
        ids.add(k + 1L);
      }
    }
    Tensor refined = Tensor.of(new long[image.heightPx() * image.widthPx()]);
    if (!planes.isEmpty()) {
      var ofShown = Tensor.stack(planes, 0);
      planes.addFirst(ofShown.amax(0).rsub(1));
      var chosen =
          new DenseCrf(MORE_CRF)
              .infer(image.tensor(), Tensor.stack(planes, 0))
              .argmax(0)
              .toLongArray();
      refined = Tensor.of(Arrays.stream(chosen).map(p -> ids.get((int) p)).toArray());
    }
    return Map.of("seg", strongest(maps, shown), "crf", refined);
  }

  /// The path of MoRe's published results; with known labels it is that of its localisation maps.
  @Test
  void mapsOfThePredictedClasses() throws IOException {
    var json =
        assertScores(
            "more",
            List.of("--protocol", "more-cam2seg-crf", "--labels-known"),
            (model, image, known) -> {
              var encoded = EncodedImages.of(model, NetworkInput.of(image, 448, model));
              var shown =
                  ShownClasses.predicted(
                      encoded.classLogits().toFloatArray(),
                      encoded.segLogits().argmax(1).toLongArray());
              var lam = LocalisationMaps.multiScale(model, encoded.images(), MAP_SCALES);
              var out = new LinkedHashMap<>(cam2seg(image, lam, shown));
              var ofKnown = cam2seg(image, lam, known);
              out.put("segLabelsKnown", ofKnown.get("seg"));
              out.put("crfLabelsKnown", ofKnown.get("crf"));
              return out;
            });
    assertEquals("lam", json.at("/protocol/maps").asString());
    assertEquals(MAP_SCALES.size(), json.at("/protocol/scales").size());
    assertNotEquals(json.get("segMiou"), json.get("segLabelsKnownMiou"));
    assertTrue(json.get("remark").asString().contains("cannot be compared"));
  }

  /// CAMs are segmented in the same way, of any network, at the scales that are set.
  @Test
  void camsOfThePredictedClasses() throws IOException {
    for (var protocol : List.of("more-cam2seg", "more-test-crf")) {
      assertScores(
          "toco",
          List.of("--protocol", protocol, "--set", "eval.mapScales=[1, 0.5]"),
          (model, image, _) -> {
            var encoded = EncodedImages.of(model, NetworkInput.of(image, 448, model));
            var logits = encoded.classLogits().toFloatArray();
            var cells = encoded.segLogits().argmax(1).toLongArray();
            var cam = MultiScaleCam.compute(model, encoded.images(), List.of(1.0, 0.5)).cam();
            return protocol.equals("more-test-crf")
                ? cam2seg(image, cam, ShownClasses.segmented(logits, cells))
                : Map.of(
                    "seg", cam2seg(image, cam, ShownClasses.predicted(logits, cells)).get("seg"));
          });
    }
  }

  /// CoSA's ordinary scores and those that know the labels, each also with the CRF.
  @Test
  void sumsByCosa() throws IOException {
    var json =
        assertScores(
            "toco",
            List.of("--protocol", "cosa-crf", "--labels-known"),
            (model, image, known) -> {
              var square = NetworkInput.of(image, 448, model);
              var maps = MultiScaleMaps.of(model, square, COSA_SCALES, null);
              var logits = atNativeSize(maps.segLogits(), image);
              var masked = knownLogits(logits, known);
              var levels =
                  new CosaEvaluation(448, COSA_SCALES).crfImage(image, PixelStatistics.IMAGENET);
              return Map.of(
                  "seg", logits.argmax(1),
                  "crf", crf(COSA_CRF, levels, logits),
                  "segLabelsKnown", masked.argmax(1),
                  "crfLabelsKnown", crf(COSA_CRF, levels, masked),
                  "cam", strongest(atNativeSize(maps.cam(), image), known),
                  "camAux", strongest(atNativeSize(maps.auxCam(), image), known));
            });
    assertTrue(json.at("/protocol/labelsKnown").asBoolean());
    assertTrue(json.get("imageAp").asDouble() > 0);
    assertNotEquals(json.get("segMiou"), json.get("segLabelsKnownMiou"));
  }

  /// Known labels work with every protocol, and change none of its other scores.
  @Test
  void labelsKnownWithToCosProtocols() throws IOException {
    var json =
        assertScores(
            "toco",
            List.of("--protocol", "voc", "--labels-known"),
            (model, image, known) -> {
              var logits =
                  new MultiScaleInference(List.of(1.0, 1.5, 1.25), Combination.SUM, Combination.MAX)
                      .logits(
                          model,
                          NetworkInput.of(image, 0, model),
                          image.heightPx(),
                          image.widthPx());
              return Map.of(
                  "seg", logits.argmax(1), "segLabelsKnown", knownLogits(logits, known).argmax(1));
            });
    var without = data.toco("toco", "eval", List.of("--json", "--protocol", "voc"));
    var ordinary = Json.MAPPER.readTree(without.out());
    assertEquals(json.get("segMiou"), ordinary.get("segMiou"));
    assertEquals(json.get("classMap"), ordinary.get("classMap"));
    assertFalse(ordinary.has("segLabelsKnownMiou") || ordinary.has("remark"));
  }

  /// As in MoRe's evaluations during training: LAM of one scale, and its product with the CAM.
  @Test
  void trainTimeScoresLocalisationMapsToo() throws IOException {
    Expected all =
        (model, image, known) -> {
          var encoded = EncodedImages.of(model, NetworkInput.of(image, 96, model));
          var cams = MultiScaleCam.compute(model, encoded.images(), List.of(1.0, 0.5));
          var cam = atNativeSize(cams.cam(), image);
          var lam =
              MultiScaleCam.normalize(atNativeSize(model.localisation(encoded.tokens()), image));
          return new LinkedHashMap<>(
              Map.of(
                  "seg", atNativeSize(encoded.segLogits(), image).argmax(1),
                  "cam", strongest(cam, known),
                  "camAux", strongest(atNativeSize(cams.auxCam(), image), known),
                  "lam", strongest(lam, known),
                  "fused", strongest(MultiScaleCam.normalize(lam.mul(cam)), known)));
        };
    assertScores("more", List.of(), all);
    assertScores(
        "more",
        List.of("--set", "eval.maps=cam"),
        (model, image, known) -> {
          var maps = all.of(model, image, known);
          maps.keySet().removeAll(Set.of("lam", "fused"));
          return maps;
        });
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
