package toco.eval;

import java.util.Map;
import java.util.Objects;
import toco.cam.CamLabels;
import toco.config.Protocol;
import toco.eval.EvaluationBatch.Entry;
import toco.image.LabelMap;
import toco.model.Toco;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// What a network's results for one image are worth: its label maps at the mask's size, compared
/// with the mask.
final class ImageScorer {
  private final Protocol protocol;
  private final MultiScaleInference inference;

  ImageScorer(Protocol protocol) {
    this.protocol = protocol;
    inference = new MultiScaleInference(protocol.scales(), protocol.flip(), protocol.combine());
  }

  /// One image's results before its label maps are looked at.
  ///
  /// @param predictions of the batch
  /// @param i the image's place in it
  static ImageScores unscored(Entry entry, Predictions predictions, int i) {
    var sample = entry.sample();
    return new ImageScores(
        sample.index(),
        sample.name(),
        Map.of(),
        sample.labels(),
        predictions.classLogits().select(0, i).toFloatArray(),
        predictions.patchCosine().select(0, i).item());
  }

  /// The segmentation's logits, at the mask's size.
  ///
  /// @param images the batch, [B, 3, H, W] normalised
  /// @return [1, C, H, W]
  Tensor logits(Toco model, Tensor images, Predictions predictions, int i, LabelMap mask) {
    return inference.logits(
        model,
        images.slice(0, i, i + 1),
        mask.heightPx(),
        mask.widthPx(),
        predictions.segLogits().slice(0, i, i + 1));
  }

  /// Adds the segmentation and, where CAMs were made, the labels from them.
  ///
  /// @param logits as [#logits] gives them
  ImageScores score(ImageScores image, Tensor logits, Predictions predictions, int i, Entry entry) {
    int classes = (int) logits.size(1);
    var mask = Objects.requireNonNull(entry.mask());
    var scored = image.with(MapKind.SEG, counts(mask, logits.argmax(1), classes));
    var cams = predictions.cams();
    if (cams == null) {
      return scored;
    }
    return scored
        .with(MapKind.CAM, counts(mask, camLabels(cams.cam(), i, entry, mask), classes))
        .with(MapKind.CAM_AUX, counts(mask, camLabels(cams.auxCam(), i, entry, mask), classes));
  }

  private Tensor camLabels(Tensor cams, int i, Entry entry, LabelMap mask) {
    var cam =
        cams.slice(0, i, i + 1)
            .interpolate(mask.heightPx(), mask.widthPx(), Interpolation.BILINEAR);
    var labels = entry.sample().labels();
    var present = Tensor.of(labels, 1, labels.length).to(cam.device());
    return CamLabels.forEvaluation(CamLabels.validCam(cam, present), protocol.camBackground());
  }

  private static LabelCounts counts(LabelMap mask, Tensor labels, int classes) {
    return LabelCounts.of(
        mask, labels.to(DType.UINT8).to(Device.CPU).contiguous().segment(), classes);
  }

  /// What the CRF starts from, on the CPU and of no scope.
  ///
  /// @param logits [1, C, H, W]
  /// @return float32 [C, H, W]
  static Tensor probabilities(Tensor logits) {
    return TensorScope.release(logits.softmax(1).select(0, 0).to(Device.CPU).contiguous());
  }
}
