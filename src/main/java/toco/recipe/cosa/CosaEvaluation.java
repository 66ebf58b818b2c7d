package toco.recipe.cosa;

import java.util.List;
import toco.cam.CamLabels;
import toco.cam.NetworkInput;
import toco.config.CrfParams;
import toco.image.RgbImage;
import toco.model.Network;
import toco.refine.DenseCrf;
import toco.torch.Interpolation;
import toco.torch.Tensor;

/// CoSA's published evaluation (docs/COSA.md "Evaluation"): every image as a square of one size,
/// with the logits of all scales and mirror images summed.
///
/// The published results know the image's true classes: they drop the segmentation logits of all
/// others, which no method can do on images without labels. [Image#labelsKnown] and
/// [Image#crfLabelsKnown] do so; their scores must not be compared with those of [Image#labels],
/// which is an ordinary prediction.
///
/// @param sizePx side of the square
/// @param scales of the images; the auxiliary CAM is that of the last one alone
/// @param backgroundThreshold activation up to which a CAM's pixel is background
/// @param crf of the refined labels
public record CosaEvaluation(
    int sizePx, List<Double> scales, double backgroundThreshold, CrfParams crf) {
  /// The name of results that know the true classes of each image.
  public static final String LABELS_KNOWN = "labels-known";

  /// As published: one mean-field iteration.
  public static final CosaEvaluation PUBLISHED =
      new CosaEvaluation(
          448, List.of(1.0, 0.5, 1.5, 0.75, 1.25), 0.5, new CrfParams(1, 1, 1, 4, 121, 5));

  private static final double ABSENT_LOGIT = -1e5;

  /// Runs a network on an image. Call it inside [toco.torch.InferenceMode] or
  /// [toco.torch.GradMode#noGrad].
  ///
  /// @param image at native size; must stay valid
  public Image of(Network model, RgbImage image) {
    var input = NetworkInput.of(image, sizePx, model); // [1, 3, size, size]
    return new Image(this, image, model, input, MultiScaleMaps.of(model, input, scales, null));
  }

  /// What a network shows of an image, and the labels made of it at native size: int64 [1, H, W].
  ///
  /// @param by the evaluation
  /// @param image at native size
  /// @param model that made the maps
  /// @param input [1, 3, size, size] normalised
  /// @param maps at the size of the input
  public record Image(
      CosaEvaluation by, RgbImage image, Network model, Tensor input, MultiScaleMaps maps) {
    /// The segmentation.
    public Tensor labels() {
      return logits().argmax(1);
    }

    /// The segmentation if the image's true classes are known.
    ///
    /// @param multiHot float [1, K]
    public Tensor labelsKnown(Tensor multiHot) {
      return logitsKnown(multiHot).argmax(1);
    }

    /// The same, refined by the CRF.
    public Tensor crfLabelsKnown(Tensor multiHot) {
      var probabilities = logitsKnown(multiHot).softmax(1).select(0, 0); // [C, H, W]
      var levels = PublishedLevels.of(image.tensor(), model.config().statistics());
      return new DenseCrf(by.crf).infer(levels, probabilities).argmax(0).unsqueeze(0);
    }

    /// Labels from the CAMs of the image's true classes.
    public Tensor camLabels(Tensor multiHot) {
      return fromCam(maps.cam(), multiHot);
    }

    /// The same from the auxiliary CAMs.
    public Tensor auxCamLabels(Tensor multiHot) {
      return fromCam(maps.auxCam(), multiHot);
    }

    private Tensor fromCam(Tensor cam, Tensor multiHot) {
      var valid = CamLabels.validCam(atNativeSize(cam), multiHot);
      return CamLabels.forEvaluation(valid, by.backgroundThreshold);
    }

    private Tensor logits() {
      return atNativeSize(maps.segLogits());
    }

    private Tensor logitsKnown(Tensor multiHot) {
      var logits = logits();
      var absent = multiHot.unsqueeze(-1).unsqueeze(-1).eq(0); // [1, K, 1, 1]
      var background = logits.slice(1, 0, 1);
      var foreground = logits.slice(1, 1, logits.size(1)).maskedFill(absent, ABSENT_LOGIT);
      return Tensor.cat(List.of(background, foreground), 1);
    }

    private Tensor atNativeSize(Tensor map) {
      return map.interpolate(image.heightPx(), image.widthPx(), Interpolation.BILINEAR);
    }
  }
}
