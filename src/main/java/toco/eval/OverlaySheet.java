package toco.eval;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import toco.cam.MultiScaleCam;
import toco.image.Colormap;
import toco.image.Overlay;
import toco.image.Picture;
import toco.image.TileSheet;
import toco.torch.Interpolation;
import toco.torch.Tensor;

/// Rows of image | CAM | auxiliary CAM | segmentation | ground truth.
final class OverlaySheet {
  private static final int TILE_PX = 192;

  private final List<String> classNames;
  private final TileSheet sheet = new TileSheet(5, TILE_PX);

  OverlaySheet(List<String> classNames) {
    this.classNames = classNames;
  }

  /// Adds one image of a batch.
  ///
  /// @param i its place in the batch that the predictions are of
  /// @param arena takes the mask
  void addRow(
      EvaluationBatch.Entry entry,
      Predictions predictions,
      MultiScaleCam.Cams cams,
      int i,
      Arena arena) {
    var sample = entry.sample();
    var picture = entry.picture();
    var plain = Picture.of(picture);
    sheet.add(sample.name(), plain);

    var cam = cams.cam().select(0, i); // [K, H, W]
    var auxCam = cams.auxCam().select(0, i);
    int k = TensorPictures.mostActiveClass(cam, Tensor.of(sample.labels()));
    if (k < 0) {
      sheet.add("CAM: no class here", plain).add("aux CAM: no class here", plain);
    } else {
      var name = classNames.get(k);
      sheet.add(
          "CAM: " + name,
          Overlay.heat(picture, TensorPictures.heatMap(cam.select(0, k)), Colormap.JET));
      sheet.add(
          "aux CAM: " + name,
          Overlay.heat(picture, TensorPictures.heatMap(auxCam.select(0, k)), Colormap.JET));
    }

    var logits = predictions.segLogits().slice(0, i, i + 1);
    var labels =
        logits.interpolate(picture.heightPx(), picture.widthPx(), Interpolation.BILINEAR).argmax(1);
    sheet.add(
        "segmentation", Overlay.labels(picture, TensorPictures.labelMap(labels.select(0, 0))));
    if (sample.maskPath().isPresent()) {
      sheet.add("ground truth", Overlay.labels(picture, sample.readMask(picture, arena)));
    } else {
      sheet.add("no mask", plain);
    }
  }

  void write(Path png) {
    sheet.write(png);
  }
}
