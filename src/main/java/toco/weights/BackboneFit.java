package toco.weights;

import java.util.List;
import toco.config.Config;
import toco.config.EncoderShape;
import toco.config.ModelConfig;

/// Whether published weights can be those of a configured encoder, which shows before they are
/// downloaded. What does not show in these sizes is checked when they are loaded.
final class BackboneFit {
  private BackboneFit() {}

  /// @throws IllegalArgumentException if width, depth, patches or tokens differ
  static void require(PublishedWeights weights, ModelConfig model) {
    var published =
        Config.parse(
            "model: {backbone: '%s'}".formatted(weights.backbone()), weights.name(), List.of());
    if (!sizes(published.model().encoderShape()).equals(sizes(model.encoderShape()))) {
      throw new IllegalArgumentException(
          "model.pretrained get:%s is for model.backbone %s, got %s; set model.backbone=%s"
              .formatted(weights.name(), weights.backbone(), model.backbone(), weights.backbone()));
    }
  }

  private record Sizes(int patchSizePx, int embedDim, int depth, boolean distilled) {}

  private static Sizes sizes(EncoderShape shape) {
    return new Sizes(shape.patchSizePx(), shape.embedDim(), shape.depth(), shape.distilled());
  }
}
