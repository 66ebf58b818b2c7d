package toco.eval;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.cam.MultiScaleCam.Cams;
import toco.cam.Predictions;
import toco.config.EvalConfig;
import toco.data.Dataset;
import toco.data.Sample;
import toco.eval.EvaluationBatch.Entry;
import toco.eval.EvaluationBatch.Reading;
import toco.image.CamTiles;
import toco.image.Overlay;
import toco.image.Picture;
import toco.image.RgbImage;
import toco.image.TensorPictures;
import toco.image.TileSheet;
import toco.model.Network;
import toco.torch.InferenceMode;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// A picture of some images as evaluation during training sees them, one row per image: image, CAM
/// and auxiliary CAM of its most active class if the network has them, segmentation and, where
/// there is a mask, ground truth.
final class OverlaySheet {
  private static final int COLUMNS = 3;
  private static final int COLUMNS_OF_MAPS = 2;
  private static final int TILE_PX = 192;

  private final List<String> classNames;
  private final TileSheet sheet;

  private OverlaySheet(List<String> classNames, boolean hasMaps) {
    this.classNames = classNames;
    sheet = new TileSheet(hasMaps ? COLUMNS + COLUMNS_OF_MAPS : COLUMNS, TILE_PX);
  }

  /// Draws the first images of a data set.
  ///
  /// @param images number of rows, at most the data set's size
  /// @throws toco.image.ImageException naming the file that cannot be read
  static OverlaySheet draw(Network model, EvalConfig eval, Dataset dataset, int images) {
    var camScales = eval.camScales().isEmpty() ? List.of(1.0) : eval.camScales();
    int rows = Math.min(images, dataset.size());
    int batchSize = Evaluator.batchSize(eval.sizePx());
    var sheet = new OverlaySheet(dataset.classNames(), model.hasMaps());
    for (int start = 0; start < rows; start += batchSize) {
      int end = Math.min(start + batchSize, rows);
      try (var arena = Arena.ofConfined();
          var _ = TensorScope.open();
          var _ = InferenceMode.enter()) {
        var batch = EvaluationBatch.read(dataset, start, end, Reading.IMAGES, arena);
        var input = batch.images(eval.sizePx(), model);
        var predictions = Predictions.of(model, input, camScales);
        for (int i = 0; i < batch.entries().size(); i++) {
          sheet.addRow(batch.entries().get(i), predictions, i, arena);
        }
      }
    }
    return sheet;
  }

  /// @param i the image's position in the batch of the predictions
  /// @param arena owner of the mask
  private void addRow(Entry entry, Predictions predictions, int i, Arena arena) {
    var sample = entry.sample();
    var picture = entry.picture();
    sheet.add(sample.name(), Picture.of(picture));

    addMaps(sample, picture, predictions.cams(), i);
    var labels = predictions.segLabels(i, picture.heightPx(), picture.widthPx());
    sheet.add("segmentation", TensorPictures.labels(picture, labels));
    if (sample.maskPath().isPresent()) {
      sheet.add("ground truth", Overlay.labels(picture, sample.readMask(picture, arena)));
    } else {
      sheet.add("no mask", Picture.of(picture));
    }
  }

  private void addMaps(Sample sample, RgbImage picture, @Nullable Cams cams, int i) {
    if (cams == null) {
      return;
    }
    var tiles =
        CamTiles.of(
            picture,
            cams.cam().select(0, i), // [K, H, W]
            cams.auxCam().select(0, i),
            Tensor.of(sample.labels()));
    var caption = "CAM: " + tiles.caption(classNames::get);
    sheet.add(caption, tiles.cam()).add("aux " + caption, tiles.auxCam());
  }

  /// @throws toco.image.ImageException if the file cannot be written
  void write(Path png) {
    sheet.write(png);
  }
}
