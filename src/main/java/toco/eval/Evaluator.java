package toco.eval;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import toco.cam.CamLabels;
import toco.config.Config;
import toco.data.DataException;
import toco.data.Dataset;
import toco.model.Toco;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// The evaluation that accompanies training (METHOD "Evaluation"): images resized to a square of
/// `eval.sizePx`, segmentation at that scale alone, CAMs over `eval.camScales`, all scored against
/// the masks at native size.
///
/// CAMs are scored as the published code does: only classes of the image-level labels count.
public final class Evaluator {
  private static final int MAX_BATCH = 16;

  /// Bounds what a batch's feature maps take: images at 448 px go one by one, small ones together.
  private static final long BATCH_PIXELS = 16 * 128 * 128;

  private final Config config;
  private final Dataset dataset;
  private final Device device;
  private final int batchSize;

  /// @param device where the models to evaluate live
  /// @throws IllegalArgumentException naming the key, if `eval.scales` is not 1 alone or the data
  ///   set has not the network's classes
  public Evaluator(Config config, Dataset dataset, Device device) {
    if (!config.eval().scales().equals(List.of(1.0))) {
      throw new IllegalArgumentException(
          "eval.scales must be [1], got %s: this evaluation segments at a single scale; set eval.scales=[1]"
              .formatted(config.eval().scales()));
    }
    if (dataset.numClasses() != config.model().foregroundClasses()) {
      throw new IllegalArgumentException(
          "the data set has %d classes (%s), but model.numClasses is %d, background included; set it to %d"
              .formatted(
                  dataset.numClasses(),
                  String.join(", ", dataset.classNames()),
                  config.model().numClasses(),
                  dataset.numClasses() + 1));
    }
    this.config = config;
    this.dataset = dataset;
    this.device = device;
    long sizePx = config.eval().sizePx();
    batchSize = Math.clamp(BATCH_PIXELS / (sizePx * sizePx), 1, MAX_BATCH);
  }

  /// Scores a network on the whole data set. Needs a mask of every image.
  ///
  /// @throws DataException naming the mask that is missing or does not fit
  /// @throws toco.image.ImageException naming the file that is missing or unreadable
  public Scores evaluate(Toco model, EvaluationListener listener) {
    return evaluate(model, listener, () -> false).orElseThrow();
  }

  /// The same, unless it is asked to stop between two batches.
  ///
  /// @return empty if stopped
  public Optional<Scores> evaluate(
      Toco model, EvaluationListener listener, BooleanSupplier stopRequested) {
    dataset.requireMasks(); // before the first image, so that a gap does not come up after an hour
    var tally = new Tally(config.model().numClasses());
    for (int start = 0; start < dataset.size(); start += batchSize) {
      if (stopRequested.getAsBoolean()) {
        return Optional.empty();
      }
      int end = Math.min(start + batchSize, dataset.size());
      try (var arena = Arena.ofConfined();
          var _ = TensorScope.open();
          var _ = GradMode.noGrad()) {
        var batch = read(start, end, arena);
        var predictions = Predictions.of(model, batch.images(), config);
        for (int i = 0; i < batch.size(); i++) {
          score(batch, predictions, i, tally, arena);
        }
        tally.addImages(batch.labels(), predictions);
      }
      listener.onProgress(end, dataset.size());
    }
    return Optional.of(tally.scores());
  }

  /// Draws a row of pictures for each of the first images: the image, CAM and auxiliary CAM of its
  /// most active class, the segmentation and, where there is a mask, the ground truth.
  ///
  /// @param images how many rows, cut to the data set's size
  /// @param png the file to write
  /// @throws toco.image.ImageException naming the file that cannot be read or written
  public void overlays(Toco model, int images, Path png) {
    int rows = Math.min(images, dataset.size());
    var sheet = new OverlaySheet(dataset.classNames());
    for (int start = 0; start < rows; start += batchSize) {
      int end = Math.min(start + batchSize, rows);
      try (var arena = Arena.ofConfined();
          var _ = TensorScope.open();
          var _ = GradMode.noGrad()) {
        var batch = read(start, end, arena);
        var predictions = Predictions.of(model, batch.images(), config);
        for (int i = 0; i < batch.size(); i++) {
          sheet.addRow(batch, predictions, i, arena);
        }
      }
    }
    sheet.write(png);
  }

  private EvaluationBatch read(int start, int end, Arena arena) {
    return EvaluationBatch.read(dataset, start, end, config.eval().sizePx(), device, arena);
  }

  /// Compares one image's predictions with its mask.
  private void score(
      EvaluationBatch batch, Predictions predictions, int i, Tally tally, Arena arena) {
    var mask = batch.samples().get(i).readMask(batch.pictures().get(i), arena);
    var labels = batch.labels().slice(0, i, i + 1);
    try (var _ = TensorScope.open()) { // maps of C classes at native size are large
      var atMask = new Upsampling(mask.heightPx(), mask.widthPx());
      tally.seg.add(
          mask.labels(), bytes(atMask.of(predictions.segLogits(), i).argmax(1)).segment());
      tally.cam.add(
          mask.labels(),
          bytes(camLabels(atMask.of(predictions.cams().cam(), i), labels)).segment());
      tally.camAux.add(
          mask.labels(),
          bytes(camLabels(atMask.of(predictions.cams().auxCam(), i), labels)).segment());
    }
  }

  private Tensor camLabels(Tensor cam, Tensor labels) {
    return CamLabels.forEvaluation(
        CamLabels.validCam(cam, labels), config.cam().backgroundThreshold());
  }

  private static Tensor bytes(Tensor labels) {
    return labels.to(DType.UINT8).to(Device.CPU).contiguous();
  }

  /// Stretches one image's maps over its mask.
  private record Upsampling(int heightPx, int widthPx) {
    /// @param maps [B, n, h, w]
    /// @return [1, n, heightPx, widthPx]
    Tensor of(Tensor maps, int image) {
      return maps.slice(0, image, image + 1).interpolate(heightPx, widthPx, Interpolation.BILINEAR);
    }
  }
}
