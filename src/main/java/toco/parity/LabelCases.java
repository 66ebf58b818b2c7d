package toco.parity;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import toco.cam.AffinityMask;
import toco.cam.CamLabels;
import toco.cam.Par;
import toco.cam.PseudoLabels;
import toco.cam.RoiCrops;
import toco.config.CamConfig;
import toco.config.Config;
import toco.eval.ConfusionMatrix;
import toco.image.Normalization;
import toco.torch.Kernels;
import toco.torch.Tensor;

/// What is derived from CAMs, and the kernels behind it.
final class LabelCases {
  private LabelCases() {}

  static Map<String, Tensor> camToLabel(GoldenCase golden) {
    var valid = CamLabels.validCam(golden.in("cam"), golden.in("cls_label"));
    if (!golden.params().path("ignore_mid").asBoolean(false)) {
      return Map.of(
          "out.label",
          CamLabels.forEvaluation(valid, golden.number("bkg_thre")),
          "out.valid_cam",
          valid);
    }
    var boxes = golden.boxes(valid.size(0), valid.size(2), valid.size(3));
    return Map.of(
        "out.label",
        CamLabels.forTraining(valid, boxes, thresholds(golden)),
        "out.valid_cam",
        valid);
  }

  static Map<String, Tensor> roiMask(GoldenCase golden) {
    return Map.of(
        "out.roi_mask",
        CamLabels.roiMask(golden.in("cam"), golden.in("cls_label"), thresholds(golden)));
  }

  static Map<String, Tensor> roiCrops(GoldenCase golden) {
    var corners = RoiCrops.fixed(corners(golden.in("top_left")));
    var crops =
        RoiCrops.cut(
            golden.in("images"),
            golden.in("roi_mask"),
            golden.integer("crop_size"),
            golden.number("negative_ratio"),
            corners);
    return Map.of("out.crops", crops.crops(), "out.flags", crops.flags());
  }

  static Map<String, Tensor> affinityMask(GoldenCase golden) {
    return Map.of("out.mask", AffinityMask.of(golden.in("label")));
  }

  static Map<String, Tensor> pseudoLabel(GoldenCase golden) {
    var images = golden.in("images");
    var config =
        Config.defaults()
            .with(
                "cam.highThreshold=" + golden.number("high_thre"),
                "cam.lowThreshold=" + golden.number("low_thre"),
                "cam.parDownscale=" + golden.integer("down_scale"));
    var label =
        new PseudoLabels(config.cam())
            .refine(
                images,
                golden.in("cams"),
                golden.in("cls_label"),
                golden.boxes(images.size(0), images.size(2), images.size(3)));
    return Map.of("out.label", label);
  }

  static Map<String, Tensor> denormalize(GoldenCase golden) {
    return Map.of("out.images", Normalization.denormalizeToUnit(golden.in("x")));
  }

  static Map<String, Tensor> par(GoldenCase golden) {
    var dilations = golden.numbers("dilations").stream().mapToLong(Double::longValue).toArray();
    return Map.of(
        "out.refined",
        new Par(dilations, golden.integer("num_iter"))
            .refine(golden.in("images"), golden.in("masks")));
  }

  static Map<String, Tensor> bilateralFilter(GoldenCase golden) {
    return Map.of(
        "out.filtered",
        Kernels.bilateralFilter(
            golden.in("images"),
            golden.in("values"),
            golden.number("sigma_rgb"),
            golden.number("sigma_xy")));
  }

  static Map<String, Tensor> scores(GoldenCase golden) {
    var matrix = new ConfusionMatrix(golden.integer("num_classes"));
    var truth = golden.in("gt").toLongArray();
    var predicted = golden.in("pred").toLongArray();
    for (int i = 0; i < truth.length; i++) {
      matrix.add(truth[i], predicted[i]);
    }
    return Map.of(
        "out.iou", doubles(matrix.iou()),
        "out.miou", doubles(matrix.miou()),
        "out.pixel_accuracy", doubles(matrix.pixelAccuracy()),
        "out.mean_accuracy", doubles(matrix.meanAccuracy()));
  }

  /// Corners [B, n, 2] as (row, column) pairs an image.
  static List<int[][]> corners(Tensor topLeft) {
    var size = topLeft.shape();
    int crops = (int) size.size(1);
    var flat = topLeft.toLongArray();
    var corners = new ArrayList<int[][]>();
    for (int b = 0; b < size.size(0); b++) {
      var ofImage = new int[crops][];
      for (int i = 0; i < crops; i++) {
        int at = 2 * (b * crops + i);
        ofImage[i] = new int[] {(int) flat[at], (int) flat[at + 1]};
      }
      corners.add(ofImage);
    }
    return corners;
  }

  static Tensor doubles(double... values) {
    return Tensor.copyOf(
        java.lang.foreign.MemorySegment.ofArray(values), toco.torch.DType.FLOAT64, values.length);
  }

  private static CamConfig thresholds(GoldenCase golden) {
    return Config.defaults()
        .with(
            "cam.highThreshold=" + golden.number("high_thre"),
            "cam.lowThreshold=" + golden.number("low_thre"))
        .cam();
  }
}
