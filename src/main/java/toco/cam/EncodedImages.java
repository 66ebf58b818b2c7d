package toco.cam;

import java.util.List;
import toco.cam.MultiScaleCam.Cams;
import toco.model.Encoder.Tokens;
import toco.model.Network;
import toco.torch.DType;
import toco.torch.Tensor;

/// A batch of images with their tokens from one encoder pass, and the outputs of the network's
/// heads for them. Evaluation, inference, report and demo all use this class.
///
/// ```java
/// var encoded = EncodedImages.of(model, NetworkInput.of(image, 448, model));
/// var cams = encoded.cams(List.of(1.0, 0.5, 1.5));   // cam and auxCam, [1, K, 448, 448]
/// var logits = encoded.segLogits();                  // [1, C, 28, 28]
/// ```
///
/// Nothing is cached: every call computes its result in the innermost scope ([Predictions] holds
/// results). Call it inside [toco.torch.InferenceMode] or [toco.torch.GradMode#noGrad].
///
/// @param images [B, 3, H, W] normalised
/// @param tokens of these images at scale 1
public record EncodedImages(Network model, Tensor images, Tokens tokens) {
  /// Runs the encoder once over all images.
  ///
  /// @param images [B, 3, H, W] normalised, such as [NetworkInput#of] gives
  public static EncodedImages of(Network model, Tensor images) {
    return new EncodedImages(model, images, model.encode(NetworkInput.fitted(model, images)));
  }

  /// Image-level logits, [B, K]: a class with a positive logit counts as predicted.
  public Tensor classLogits() {
    return model.classLogits(tokens.patchMap());
  }

  /// Segmentation logits of the patch grid, [B, C, h, w], background first. For several scales see
  /// [MultiScaleInference].
  public Tensor segLogits() {
    return model.segment(tokens.patchMap());
  }

  /// CAMs of all classes, [B, K, H, W]. The pass at scale 1 is not repeated.
  ///
  /// @param scales image scales over which CAMs are summed, one or more
  public Cams cams(List<Double> scales) {
    return MultiScaleCam.start(model, images, scales, null).finish(tokens);
  }

  /// CAMs of each image's classes only, [B, P, H, W].
  public Cams cams(List<Double> scales, PresentClasses present) {
    return MultiScaleCam.start(model, images, scales, present).finish(tokens);
  }

  /// Mean cosine between the normed patch tokens of each image, \[B]; NaN if there are no tokens.
  public Tensor patchCosine() {
    return model.hasMaps()
        ? PatchCosine.mean(tokens.patchTokens())
        : Tensor.full(Double.NaN, DType.FLOAT32, images.device(), images.size(0));
  }
}
