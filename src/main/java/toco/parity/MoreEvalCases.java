package toco.parity;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import toco.cam.CamLabels;
import toco.cam.EncodedImages;
import toco.cam.LocalisationMaps;
import toco.cam.PresentClasses;
import toco.cam.Segmentation;
import toco.cam.SquareInference;
import toco.config.CrfParams;
import toco.eval.ClassScores;
import toco.eval.ConfusionMatrix;
import toco.model.MoreNetwork;
import toco.recipe.more.MapSegmentation;
import toco.recipe.more.ShownClasses;
import toco.refine.DenseCrf;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import tools.jackson.databind.JsonNode;

/// MoRe's localisation maps and evaluation.
final class MoreEvalCases {
  private MoreEvalCases() {}

  private interface Evaluation {
    Map<String, Tensor> of(MoreNetwork model);
  }

  private static Map<String, Tensor> withModel(
      GoldenCase golden, Path directory, Evaluation evaluation) {
    try (var model =
            MicroNetwork.loadMore(directory, MicroNetwork.moreConfig(directory), golden.device());
        var _ = GradMode.noGrad()) {
      return evaluation.of(model);
    }
  }

  static Map<String, Tensor> lam(GoldenCase golden, Path directory) {
    return withModel(
        golden,
        directory,
        model ->
            Map.of(
                "out.lam",
                LocalisationMaps.multiScale(model, golden.in("x"), golden.numbers("scales"))));
  }

  /// The segmentation of VOC and its CRF.
  static Map<String, Tensor> multiScale(GoldenCase golden, Path directory) {
    return withModel(
        golden,
        directory,
        model -> {
          golden.requireText("flip", "sum");
          golden.requireText("combine", "max");
          var inference = new SquareInference(golden.integer("size"), golden.numbers("scales"));
          var logits = inference.logits(model, golden.in("x"));
          var q = new DenseCrf(crf(golden)).infer(golden.in("rgb"), logits.softmax(1).select(0, 0));
          return Map.of(
              "out.logits",
              logits,
              "out.label",
              logits.argmax(1).select(0, 0),
              "out.crf_q",
              q,
              "out.crf_label",
              q.argmax(0));
        });
  }

  private static CrfParams crf(GoldenCase golden) {
    JsonNode group = golden.group("crf");
    var params =
        new CrfParams(
            (int) golden.number(group, "iterations"),
            golden.number(group, "pos_w"),
            golden.number(group, "pos_xy_std"),
            golden.number(group, "bi_w"),
            golden.number(group, "bi_xy_std"),
            golden.number(group, "bi_rgb_std"));
    if (!params.equals(CrfParams.MORE)) {
      throw golden.lacks("the published CRF in its parameters, got " + params);
    }
    return params;
  }

  /// Labels from localisation maps; without image labels, of the classes that are predicted.
  static Map<String, Tensor> lamLabels(GoldenCase golden, Path directory) {
    return withModel(
        golden,
        directory,
        model -> {
          var x = golden.in("x");
          var encoded = encoded(golden, model);
          var out = new LinkedHashMap<String, Tensor>();
          float[] multiHot;
          if (golden.has("in.cls_label")) {
            multiHot = golden.in("cls_label").toFloatArray();
          } else {
            var cells = encoded.segLogits().argmax(1).toLongArray();
            multiHot = ShownClasses.predicted(encoded.classLogits().toFloatArray(), cells);
            out.put("out.cls", encoded.classLogits());
            out.put("out.keys", keys(multiHot));
          }
          var maps =
              LocalisationMaps.multiScale(model, encoded.images(), golden.numbers("scales"))
                  .interpolate(x.size(2), x.size(3), Interpolation.BILINEAR); // [1, K, H, W]
          var segmentation = new MapSegmentation(maps, multiHot, golden.number("bkg_thre"));
          var q = new DenseCrf(crf(golden)).infer(golden.in("rgb"), segmentation.probabilities());
          out.put("out.lam", segmentation.ofShown().select(0, 0));
          out.put("out.label", segmentation.labels().select(0, 0));
          out.put("out.crf_q", q);
          out.put("out.crf_label", Segmentation.labelsOf(q.argmax(0), segmentation.planes()));
          return out;
        });
  }

  private static Tensor keys(float[] multiHot) {
    var keys = Arrays.stream(PresentClasses.classesOf(multiHot)).map(id -> id - 1).toArray();
    return Tensor.of(keys, keys.length);
  }

  /// The image resized to a square, and its tokens.
  private static EncodedImages encoded(GoldenCase golden, MoreNetwork model) {
    int size = golden.integer("size");
    return EncodedImages.of(model, golden.in("x").interpolate(size, size, Interpolation.BILINEAR));
  }

  private static Tensor labels(GoldenCase golden, Tensor maps, float[] multiHot) {
    var labels = Tensor.of(multiHot, 1, multiHot.length).to(golden.device());
    return CamLabels.forEvaluation(CamLabels.validCam(maps, labels), golden.number("bkg_thre"))
        .select(0, 0);
  }

  /// The four label maps of an evaluation during training, and their scores.
  static Map<String, Tensor> validation(GoldenCase golden, Path directory) {
    return withModel(
        golden,
        directory,
        model -> {
          long height = golden.in("x").size(2);
          long width = golden.in("x").size(3);
          var encoded = encoded(golden, model);
          var cams =
              encoded
                  .cams(golden.numbers("cam_scales"))
                  .cam()
                  .interpolate(height, width, Interpolation.BILINEAR);
          var maps = LocalisationMaps.single(model.localisation(encoded.tokens()), height, width);
          var multiHot = golden.in("cls_label").toFloatArray();
          var labels = new LinkedHashMap<String, Tensor>();
          labels.put("cam", labels(golden, cams, multiHot));
          labels.put("lam", labels(golden, maps, multiHot));
          labels.put("fused", labels(golden, LocalisationMaps.fused(maps, cams), multiHot));
          labels.put(
              "seg",
              encoded
                  .segLogits()
                  .interpolate(height, width, Interpolation.BILINEAR)
                  .argmax(1)
                  .select(0, 0));
          var out = new LinkedHashMap<String, Tensor>();
          labels.forEach((name, map) -> out.put("out." + name + "_label", map));
          out.put(
              "out.f1",
              LabelCases.doubles(
                  ClassScores.imageF1(multiHot, encoded.classLogits().toFloatArray())));
          int classes = model.config().numClasses();
          out.put(
              "out.miou",
              LabelCases.doubles(
                  labels.values().stream()
                      .mapToDouble(map -> miou(golden.in("gt"), map, classes))
                      .toArray()));
          return out;
        });
  }

  private static double miou(Tensor truth, Tensor labels, int classes) {
    var matrix = new ConfusionMatrix(classes);
    var expected = truth.toLongArray();
    var actual = labels.toLongArray();
    for (int i = 0; i < expected.length; i++) {
      matrix.add(expected[i], actual[i]);
    }
    return matrix.miou();
  }
}
