package toco.parity;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import toco.config.Config;
import toco.model.Toco;
import toco.parity.Tolerance.Mostly;
import toco.parity.Tolerance.OfLargest;
import toco.parity.Tolerance.Share;
import toco.parity.Tolerance.Within;
import toco.torch.Tensor;

/// Golden cases of the published ToCo, and of parts that other recipes share.
///
/// @param directory of the cases, with `micro.safetensors`
/// @param micro the configuration with the sizes of the network there
record TocoCases(Path directory, Supplier<Config> micro) {
  private static final Within CLOSE = new Within(1e-4, 1e-4);
  private static final Share LABELS = new Share(0.999, new Within(0, 0));

  /// @return one row per tensor; null if the case is not one of these
  @Nullable List<Parity.Row> rows(GoldenCase golden) {
    var computed = compute(golden);
    return computed == null
        ? null
        : Parity.compare(golden, computed, tensor -> tolerance(golden.name(), tensor));
  }

  private @Nullable Map<String, Tensor> compute(GoldenCase golden) {
    return switch (golden.name()) {
      case "encoder" -> withModel(golden, ModelCases::encoder);
      case "network" -> withModel(golden, ModelCases::network);
      case "cam_only" -> withModel(golden, ModelCases::camOnly);
      case "multi_scale_cam" -> withModel(golden, ModelCases::multiScaleCam);
      case "eval_multi_scale" -> withModel(golden, ModelCases::evalMultiScale);
      case "projection_head" -> withModel(golden, ModelCases::projectionHead);
      case "cam_to_label" -> LabelCases.camToLabel(golden);
      case "roi_mask" -> LabelCases.roiMask(golden);
      case "roi_crops" -> LabelCases.roiCrops(golden);
      case "affinity_mask" -> LabelCases.affinityMask(golden);
      case "pseudo_label" -> LabelCases.pseudoLabel(golden);
      case "denormalize" -> LabelCases.denormalize(golden);
      case "par" -> LabelCases.par(golden);
      case "bilateral_filter" -> LabelCases.bilateralFilter(golden);
      case "dense_crf" -> LabelCases.denseCrf(golden);
      case "scores" -> LabelCases.scores(golden);
      case "class_loss" -> LossCases.classLoss(golden);
      case "ptc_loss" -> LossCases.ptcLoss(golden);
      case "ctc_loss" -> LossCases.ctcLoss(golden);
      case "seg_loss" -> LossCases.segLoss(golden);
      case "energy_loss" -> LossCases.energyLoss(golden);
      case "decode" -> ImageCases.decode(golden, directory);
      case "resize_bilinear" -> ImageCases.resize(golden);
      case "resized_crop_bicubic" -> ImageCases.resizedCrop(golden);
      case "brightness" -> ImageCases.brightness(golden);
      case "contrast" -> ImageCases.contrast(golden);
      case "saturation" -> ImageCases.saturation(golden);
      case "hue" -> ImageCases.hue(golden);
      case "jitter_chain" -> ImageCases.jitterChain(golden);
      case "grayscale" -> ImageCases.grayscale(golden);
      case "solarize" -> ImageCases.solarize(golden);
      case "gaussian_blur" -> ImageCases.gaussianBlur(golden);
      case "pos_resample" -> PositionCases.resample(golden);
      case "rope" -> PositionCases.rope(golden);
      case "quick_gelu" -> PositionCases.quickGelu(golden);
      case "optimizer" -> TrainingCases.optimizer(golden);
      case "train_trajectory" -> TrainingCases.trajectory(golden, directory, micro.get());
      default -> null;
    };
  }

  private Map<String, Tensor> withModel(
      GoldenCase golden, BiFunction<GoldenCase, Toco, Map<String, Tensor>> of) {
    try (var model = MicroNetwork.load(directory, micro.get(), golden.device())) {
      return of.apply(golden, model);
    }
  }

  private static Tolerance tolerance(String name, String tensor) {
    return switch (name) {
      case "cam_to_label" -> tensor.equals("out.valid_cam") ? CLOSE : LABELS;
      case "roi_mask", "affinity_mask", "pseudo_label" -> LABELS;
      case "eval_multi_scale" -> tensor.equals("out.label") ? LABELS : new Within(1e-3, 0);
      case "roi_crops" -> tensor.equals("out.flags") ? LABELS : CLOSE;
      case "denormalize" -> new Share(0.999, CLOSE);
      case "class_loss", "ptc_loss", "ctc_loss", "seg_loss" -> new OfLargest(1e-4);
      case "energy_loss" -> new OfLargest(1e-3);
      case "bilateral_filter" -> new OfLargest(1e-3);
      case "dense_crf" ->
          tensor.equals("out.label") ? new Share(0.995, new Within(0, 0)) : new Within(2e-2, 0);
      case "par" -> new Within(1e-4, 0);
      case "optimizer" -> new Within(1e-5, 0);
      case "pos_resample", "rope" -> new Within(1e-5, 0);
      case "quick_gelu" -> new Within(1e-6, 0);
      case "scores" -> new Within(1e-9, 0);
      case "train_trajectory" -> trajectoryTolerance(tensor);
      case "decode" -> new Within(0, 0);
      case "grayscale", "solarize", "resize_bilinear", "resized_crop_bicubic" -> new Within(1, 0);
      case "brightness", "contrast", "saturation", "jitter_chain", "gaussian_blur" ->
          new Mostly(0.95, 1, 3);
      case "hue" -> new Mostly(0.95, 2, 6);
      default -> CLOSE;
    };
  }

  private static Tolerance trajectoryTolerance(String tensor) {
    if (tensor.startsWith("out.param_")) {
      return new Within(5e-4, 0);
    }
    return tensor.equals("out.flags") ? new Share(1, new Within(0, 0)) : new Within(0, 5e-4);
  }
}
