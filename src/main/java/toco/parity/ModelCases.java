package toco.parity;

import java.util.Locale;
import java.util.Map;
import toco.cam.MultiScaleCam;
import toco.cam.MultiScaleInference;
import toco.cam.NetworkInput;
import toco.config.Combination;
import toco.image.RgbImage;
import toco.model.Network;
import toco.model.Toco;
import toco.torch.GradMode;
import toco.torch.Tensor;

/// The network's parts.
final class ModelCases {
  private ModelCases() {}

  static Map<String, Tensor> encoder(GoldenCase golden, Toco model) {
    try (var _ = GradMode.noGrad()) {
      var tokens = model.encode(golden.in("x"));
      return Map.of(
          "out.cls_token",
          tokens.clsToken(),
          "out.patch_tokens",
          tokens.patchTokens(),
          "out.aux_tokens",
          tokens.auxTokens());
    }
  }

  static Map<String, Tensor> network(GoldenCase golden, Network model) {
    try (var _ = GradMode.noGrad()) {
      var tokens = model.encode(golden.in("x"));
      return Map.of(
          "out.cls", model.classLogits(tokens.patchMap()),
          "out.cls_aux", model.auxClassLogits(tokens.auxMap()),
          "out.feature_map", tokens.patchMap(),
          "out.seg", model.segment(tokens.patchMap()));
    }
  }

  static Map<String, Tensor> camOnly(GoldenCase golden, Network model) {
    try (var _ = GradMode.noGrad()) {
      var tokens = model.encode(golden.in("x"));
      return Map.of(
          "out.cam", model.cam(tokens.patchMap()), "out.cam_aux", model.auxCam(tokens.auxMap()));
    }
  }

  static Map<String, Tensor> multiScaleCam(GoldenCase golden, Toco model) {
    var cams = MultiScaleCam.compute(model, golden.in("x"), golden.numbers("scales"));
    return Map.of("out.cam", cams.cam(), "out.cam_aux", cams.auxCam());
  }

  static Map<String, Tensor> evalMultiScale(GoldenCase golden, Toco model) {
    var rgb = golden.host("rgb"); // [H, W, 3]
    long height = rgb.size(0);
    long width = rgb.size(1);
    var inference =
        new MultiScaleInference(
            golden.numbers("scales"), combination(golden, "flip"), combination(golden, "combine"));
    int sizePx = golden.params().path("resize").isNumber() ? golden.integer("resize") : 0;
    var image = new RgbImage(rgb.segment(), (int) width, (int) height);
    var input = NetworkInput.of(image, sizePx, model);
    var logits = inference.logits(model, input, height, width).select(0, 0); // [C, H, W]
    return Map.of(
        "out.logits_every_4th",
        logits.slice(1, 0, height, 4).slice(2, 0, width, 4),
        "out.label",
        logits.argmax(0));
  }

  private static Combination combination(GoldenCase golden, String param) {
    return Combination.valueOf(golden.text(param).toUpperCase(Locale.ROOT));
  }

  static Map<String, Tensor> projectionHead(GoldenCase golden, Toco model) {
    try (var _ = GradMode.noGrad()) {
      return Map.of(
          "out.y",
          model.projectStudent(golden.in("x")),
          "out.y_teacher",
          model.projectTeacher(golden.in("x")));
    }
  }
}
