package toco.parity;

import java.util.HashMap;
import java.util.Map;
import toco.cam.CamLabels;
import toco.config.CrfParams;
import toco.eval.ClassScores;
import toco.eval.ConfusionMatrix;
import toco.image.RgbImage;
import toco.model.Network;
import toco.recipe.cosa.CosaEvaluation;
import toco.refine.DenseCrf;
import toco.torch.GradMode;
import toco.torch.Tensor;

/// CoSA's evaluation of one image.
final class CosaEvalCases {
  private CosaEvalCases() {}

  static Map<String, Tensor> evaluation(GoldenCase golden, Network model) {
    var rgb = golden.host("rgb"); // [H, W, 3]
    var picture = new RgbImage(rgb.segment(), (int) rgb.size(1), (int) rgb.size(0));
    var evaluation = new CosaEvaluation(golden.integer("crop_size"), golden.numbers("scales"));
    var known = golden.in("cls_label").toFloatArray();
    var out = new HashMap<String, Tensor>();
    try (var _ = GradMode.noGrad()) {
      var image = evaluation.of(model, picture);
      var maps = image.maps();
      out.put("out.resized_every_4th", every(image.input(), 4));
      out.put("out.cam_every_2nd", every(maps.cam(), 2));
      out.put("out.cam_aux_every_2nd", every(maps.auxCam(), 2));
      out.put("out.seg_every_2nd", every(maps.segLogits(), 2));
      out.put("out.cls", maps.classLogits());
      out.put("out.cls_aux", maps.auxClassLogits());
      out.put(
          "out.average_precision",
          LabelCases.doubles(
              ClassScores.imageAveragePrecision(known, maps.classLogits().toFloatArray()),
              ClassScores.imageAveragePrecision(known, maps.auxClassLogits().toFloatArray())));
      var segmentation = image.segmentation();
      var ofKnown = segmentation.labelsKnown(known);
      out.put("out.label", segmentation.labels().select(0, 0));
      out.put("out.label_known", ofKnown.labels().select(0, 0));
      out.put(
          "out.crf_label_known",
          new DenseCrf(crf(golden))
              .infer(
                  evaluation.crfImage(picture, model.config().statistics()),
                  ofKnown.probabilities())
              .argmax(0));
      out.put("out.cam_label", camLabels(golden, image.maps().cam(), picture));
      out.put("out.cam_aux_label", camLabels(golden, image.maps().auxCam(), picture));
    }
    for (var of :
        Map.of(
                "label",
                "",
                "label_known",
                "_known",
                "cam_label",
                "_cam",
                "cam_aux_label",
                "_cam_aux")
            .entrySet()) {
      // labels have a tolerance of their own, and scores follow from the recorded ones
      var scores = scores(golden, golden.tensor("out." + of.getKey()));
      out.put("out.iou" + of.getValue(), LabelCases.doubles(scores.iou()));
      out.put("out.miou" + of.getValue(), LabelCases.doubles(scores.miou()));
    }
    return out;
  }

  private static Tensor camLabels(GoldenCase golden, Tensor cam, RgbImage picture) {
    var known = golden.in("cls_label").toFloatArray();
    return CamLabels.forEvaluation(
            cam, known, picture.heightPx(), picture.widthPx(), golden.number("bkg_thre"))
        .select(0, 0);
  }

  private static CrfParams crf(GoldenCase golden) {
    var crf = golden.group("crf");
    return new CrfParams(
        (int) golden.number(crf, "iterations"),
        golden.number(crf, "pos_w"),
        golden.number(crf, "pos_xy_std"),
        golden.number(crf, "bi_w"),
        golden.number(crf, "bi_xy_std"),
        golden.number(crf, "bi_rgb_std"));
  }

  private static Tensor every(Tensor map, long step) {
    return map.slice(2, 0, map.size(2), step).slice(3, 0, map.size(3), step);
  }

  private static ConfusionMatrix scores(GoldenCase golden, Tensor labels) {
    var matrix = new ConfusionMatrix(golden.integer("num_classes"));
    var truth = golden.in("gt").toLongArray();
    var predicted = labels.toLongArray();
    for (int i = 0; i < truth.length; i++) {
      matrix.add(truth[i], predicted[i]);
    }
    return matrix;
  }

  static Tolerance tolerance(String tensor) {
    var equal = new Tolerance.Within(0, 0);
    return switch (tensor) {
      case "out.label", "out.label_known", "out.cam_label", "out.cam_aux_label" ->
          new Tolerance.Share(0.999, equal);
      case "out.crf_label_known" -> new Tolerance.Share(0.995, equal);
      default ->
          tensor.contains("iou") || tensor.contains("precision")
              ? new Tolerance.Within(1e-9, 0)
              : new Tolerance.Within(1e-3, 0);
    };
  }
}
