package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import toco.config.CrfParams;
import toco.eval.ConfusionMatrix;
import toco.files.Json;
import toco.image.ImageDecoder;
import toco.image.RgbImage;
import toco.model.Network;
import toco.refine.DenseCrf;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import tools.jackson.databind.JsonNode;

/// Compares the scores that `toco eval` prints with those of label maps that a test makes.
final class ExpectedScores {
  private static final double EQUAL = 1e-12; // the same operations

  private ExpectedScores() {}

  /// What a path makes of an image, by its key in JSON.
  interface Expected {
    Map<String, Tensor> of(Network model, RgbImage image, float[] known);
  }

  /// Compares the mIoU of every kind, and that no other kind was evaluated.
  static JsonNode assertScores(
      EvaluationPathsFixture data, String recipe, List<Object> options, Expected expected)
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

  static Tensor atNativeSize(Tensor maps, RgbImage image) {
    return maps.interpolate(image.heightPx(), image.widthPx(), Interpolation.BILINEAR);
  }

  /// Pixel by pixel: the strongest known class above the threshold.
  static Tensor strongest(Tensor maps, float[] known) {
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
  static Tensor knownLogits(Tensor logits, float[] known) {
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

  static Tensor crf(CrfParams params, Tensor image, Tensor logits) {
    return new DenseCrf(params).infer(image, logits.softmax(1).select(0, 0)).argmax(0);
  }
}
