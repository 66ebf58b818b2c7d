package toco.parity;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import toco.cam.AffinityMask;
import toco.cam.CamLabels;
import toco.cam.PresentClasses;
import toco.cam.PseudoLabels;
import toco.cam.RoiCrops;
import toco.config.CamConfig;
import toco.config.Config;
import toco.config.CrfParams;
import toco.config.PixelStatistics;
import toco.eval.ConfusionMatrix;
import toco.image.Normalization;
import toco.refine.BilateralFilter;
import toco.refine.DenseCrf;
import toco.refine.Par;
import toco.torch.DType;
import toco.torch.Tensor;

/// Labels and regions derived from CAMs, and the kernels that compute them.
final class LabelCases {
  /// As published.
  static final Normalization NORMALIZATION = Normalization.of(PixelStatistics.IMAGENET);

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
    var corners = RoiCrops.fixed(golden.in("top_left").to(DType.INT64));
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
    var present = PresentClasses.of(rows(golden.in("cls_label")));
    var label =
        new PseudoLabels(config.cam())
            .refine(
                images,
                present.gather(golden.in("cams")),
                present,
                golden.boxes(images.size(0), images.size(2), images.size(3)));
    return Map.of("out.label", label);
  }

  static Map<String, Tensor> denormalize(GoldenCase golden) {
    return Map.of("out.images", NORMALIZATION.denormalizeToUnit(golden.in("x")));
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
        BilateralFilter.apply(
            golden.in("images"),
            golden.in("values"),
            golden.number("sigma_rgb"),
            golden.number("sigma_xy")));
  }

  static Map<String, Tensor> denseCrf(GoldenCase golden) {
    var params =
        new CrfParams(
            golden.integer("iterations"),
            golden.number("pos_w"),
            golden.number("pos_xy_std"),
            golden.number("bi_w"),
            golden.number("bi_xy_std"),
            golden.number("bi_rgb_std"));
    var q = new DenseCrf(params).infer(golden.in("rgb"), golden.in("prob"));
    return Map.of("out.q", q, "out.label", q.argmax(0));
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

  /// The rows of a matrix.
  static List<float[]> rows(Tensor matrix) {
    var rows = new ArrayList<float[]>();
    for (int i = 0; i < matrix.size(0); i++) {
      rows.add(matrix.select(0, i).toFloatArray());
    }
    return rows;
  }

  static Tensor doubles(double... values) {
    return Tensor.copyOf(
        java.lang.foreign.MemorySegment.ofArray(values), DType.FLOAT64, values.length);
  }

  private static CamConfig thresholds(GoldenCase golden) {
    return Config.defaults()
        .with(
            "cam.highThreshold=" + golden.number("high_thre"),
            "cam.lowThreshold=" + golden.number("low_thre"))
        .cam();
  }
}
