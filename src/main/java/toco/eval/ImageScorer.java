package toco.eval;

import java.util.EnumMap;
import java.util.Objects;
import toco.cam.CamLabels;
import toco.cam.MultiScaleInference;
import toco.cam.Predictions;
import toco.config.Protocol;
import toco.eval.EvaluationBatch.Entry;
import toco.image.LabelMap;
import toco.model.Network;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Interpolation;
import toco.torch.LibTorch;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Scores the images of a batch, one at a time: their label maps at the mask's size against the
/// mask, and what the network predicts for an image as a whole.
final class ImageScorer {
  private static final long LARGE_PIXELS = 4_000_000;

  private final Protocol protocol;
  private final Network model;
  private final Tensor images;
  private final Predictions predictions;
  private final MultiScaleInference inference;

  /// Runs the network on the batch.
  ///
  /// @param images the batch, [B, 3, H, W] normalised; the caller owns it
  ImageScorer(Protocol protocol, Network model, Tensor images) {
    this.protocol = protocol;
    this.model = model;
    this.images = images;
    predictions = Predictions.of(model, images, protocol.camScales());
    inference = MultiScaleInference.of(protocol);
  }

  /// The segmentation's logits at the mask's size.
  ///
  /// @param i the image's position in the batch
  /// @return float32 [1, C, H, W]
  Tensor logits(int i, LabelMap mask) {
    return inference.logits(
        model,
        images.slice(0, i, i + 1),
        mask.heightPx(),
        mask.widthPx(),
        predictions.segLogits().slice(0, i, i + 1));
  }

  /// The labels of these logits' largest.
  ///
  /// @return uint8 [1, H, W]
  Tensor labels(int i, LabelMap mask) {
    return inference.labels(
        model,
        images.slice(0, i, i + 1),
        mask.heightPx(),
        mask.widthPx(),
        predictions.segLogits().slice(0, i, i + 1));
  }

  /// Scores the segmentation and, if the predictions have CAMs, the labels from them.
  ///
  /// @param labels of the segmentation, [1, H, W] or [H, W]
  ImageScores score(Tensor labels, int i, Entry entry) {
    int classes = (int) predictions.segLogits().size(1);
    var mask = Objects.requireNonNull(entry.mask());
    var maps = new EnumMap<MapKind, LabelCounts>(MapKind.class);
    maps.put(MapKind.SEG, counts(mask, labels, classes));
    var cams = predictions.cams();
    if (cams != null) {
      maps.put(MapKind.CAM, counts(mask, camLabels(cams.cam(), i, entry, mask), classes));
      maps.put(MapKind.CAM_AUX, counts(mask, camLabels(cams.auxCam(), i, entry, mask), classes));
    }
    var sample = entry.sample();
    return new ImageScores(
        sample.index(),
        sample.name(),
        maps,
        sample.labels(),
        predictions.classLogits().select(0, i).toFloatArray(),
        predictions.patchCosine().select(0, i).item());
  }

  /// Only the classes of the image-level labels compete, as in the published code.
  private Tensor camLabels(Tensor cams, int i, Entry entry, LabelMap mask) {
    if ((long) mask.heightPx() * mask.widthPx() > LARGE_PIXELS) {
      LibTorch.trimMemory(); // what was freed before would not serve for maps of this size
    }
    return TensorScope.scoped(() -> {
      var labels = entry.sample().labels();
      var multiHot = Tensor.of(labels, 1, labels.length).to(cams.device());
      var valid =
          TensorScope.scoped(
              () -> // two sets of maps at native size are large
              CamLabels.validCam(
                      cams.slice(0, i, i + 1)
                          .interpolate(mask.heightPx(), mask.widthPx(), Interpolation.BILINEAR),
                      multiHot));
      return CamLabels.forEvaluation(valid, protocol.camBackground()).to(DType.UINT8);
    });
  }

  private static LabelCounts counts(LabelMap mask, Tensor labels, int classes) {
    return LabelCounts.of(
        mask, labels.to(DType.UINT8).to(Device.CPU).contiguous().segment(), classes);
  }

  /// The input of the CRF, on the CPU and in no scope: the caller frees it.
  ///
  /// @param logits [1, C, H, W]
  /// @return float32 [C, H, W]
  static Tensor probabilities(Tensor logits) {
    return TensorScope.release(logits.softmax(1).select(0, 0).to(Device.CPU).contiguous());
  }
}
