package toco.recipe;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import toco.batch.Batch;
import toco.config.Config;
import toco.image.ImageBox;
import toco.image.Normalization;
import toco.loss.EnergyLoss;
import toco.loss.HintLoss;
import toco.loss.LossSchedule;
import toco.loss.LossSchedule.Entry;
import toco.loss.LossTerm;
import toco.loss.LossWeights;
import toco.loss.MeanScope;
import toco.loss.SegLoss;
import toco.model.Network;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;

/// The decoder's losses: two on pseudo-labels and, if the run has hints, one on hinted pixels.
///
/// @param model the caller's
/// @param normalization of its images
public record DenseLosses(
    Network model, Normalization normalization, Config config, MeanScope scope) {
  /// Segmentation cross-entropy on pseudo-labels.
  public static final LossTerm SEG = new LossTerm("seg", "Segmentation");

  /// Dense energy regularisation.
  public static final LossTerm REG = new LossTerm("reg", "Dense energy");

  /// Segmentation cross-entropy on hinted pixels.
  public static final LossTerm HINT = new LossTerm("hint", "Hinted pixels");

  /// A recipe's terms and, if the run has hints, theirs.
  public static LossSchedule withHints(LossSchedule terms, Config config) {
    var loss = config.loss();
    return config.data().hints() == null
        ? terms
        : terms.plus(new Entry(HINT, loss.hintWeight(), loss.hintStartIter()));
  }

  /// Adds the terms that have a weight or are wanted for a report, of which those without a weight
  /// carry no gradient.
  ///
  /// @param batch of which `view1` is segmented
  /// @param patchMap of `view1`, [B, D, h, w]
  /// @param labels pseudo-labels, int64 [B, H, W], 255 ignored; null: the two terms on them are not
  ///   wanted
  /// @param boxes of the images in `view1`, one per sample
  /// @return how many of the two parts of `seg` had no pixel, int64 scalar; empty without labels
  public Optional<Tensor> addTo(
      Map<LossTerm, Tensor> terms,
      Batch batch,
      Tensor patchMap,
      @Nullable Tensor labels,
      List<ImageBox> boxes,
      LossWeights weights,
      boolean wantsReport) {
    boolean wantsHints = wantsHints(batch, weights, wantsReport);
    if (labels == null && !wantsHints) {
      return Optional.empty();
    }
    boolean isTrained = weights.has(SEG) || weights.has(REG) || weights.has(HINT);
    try (var _ = GradMode.enabled(isTrained)) {
      var images = batch.view1();
      var logits = logits(model, images, patchMap);
      var logProbabilities = logits.logSoftmax(1);
      if (wantsHints) {
        addHints(terms, batch, logProbabilities, scope);
      }
      if (labels == null) {
        return Optional.empty();
      }
      var seg = SegLoss.ofLogProbabilities(logProbabilities, labels, scope);
      terms.put(SEG, seg.value());
      terms.put(REG, EnergyLoss.of(images, normalization, logits, labels, boxes, config.loss()));
      return Optional.of(seg.emptyParts());
    }
  }

  /// Whether the loss on hinted pixels has a weight or is wanted for a report.
  public static boolean wantsHints(Batch batch, LossWeights weights, boolean wantsReport) {
    boolean isTerm = batch.pixels().hints() != null && weights.byTerm().containsKey(HINT);
    return isTerm && (wantsReport || weights.has(HINT));
  }

  /// Adds the loss on hinted pixels.
  ///
  /// @param logProbabilities of `view1`, [B, C, H, W]
  public static void addHints(
      Map<LossTerm, Tensor> terms, Batch batch, Tensor logProbabilities, MeanScope scope) {
    var hints = batch.pixels().hints();
    if (hints != null) {
      terms.put(HINT, HintLoss.of(logProbabilities, hints, scope));
    }
  }

  /// The segmentation at the size of the images, [B, C, H, W].
  public static Tensor logits(Network model, Tensor images, Tensor patchMap) {
    return model
        .segment(patchMap)
        .interpolate(images.size(2), images.size(3), Interpolation.BILINEAR);
  }
}
