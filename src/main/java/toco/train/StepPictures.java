package toco.train;

import java.nio.file.Path;
import java.util.Objects;
import toco.batch.Batch;
import toco.cam.RoiCrops;
import toco.eval.TensorPictures;
import toco.image.Colormap;
import toco.image.Overlay;
import toco.image.Picture;
import toco.image.TileSheet;
import toco.torch.GradMode;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// A picture of what a training step made of its batch: a row a sample of the augmented image, CAM
/// and auxiliary CAM of its most active class, the RoI mask, the local crops and the pseudo-labels.
public final class StepPictures {
  private static final int MAX_SAMPLES = 4;
  private static final int TILE_PX = 192;
  private static final int POSITIVE = 0x20A020;
  private static final int NEGATIVE = 0xD02020;
  private static final int BOX = 0xFFFFFF;
  private static final int PAPER = 0xFFFFFF;
  private static final String NOT_REPORTED = "the step was not reported";

  private StepPictures() {}

  /// Draws the first samples of a batch.
  ///
  /// @param png the file to write
  /// @param batch what the step was given
  /// @param result what it computed, with a report
  /// @throws toco.image.ImageException if the file cannot be written
  public static void write(Path png, Batch batch, TrainStep.Result result) {
    var regions = Objects.requireNonNull(result.regions(), NOT_REPORTED);
    var labels = Objects.requireNonNull(result.pseudoLabels(), NOT_REPORTED);
    var sheet = new TileSheet(6, TILE_PX);
    try (var _ = TensorScope.open();
        var _ = GradMode.noGrad()) {
      for (int i = 0; i < Math.min(MAX_SAMPLES, batch.size()); i++) {
        addRow(sheet, batch, regions, labels, i);
      }
    }
    sheet.write(png);
  }

  private static void addRow(
      TileSheet sheet, Batch batch, TrainStep.Regions regions, Tensor pseudoLabels, int i) {
    var image = TensorPictures.image(batch.view1().select(0, i));
    var plain = Picture.of(image);
    sheet.add("view 1 of sample " + batch.samples().get(i), plain);

    var cam = regions.cams().cam().select(0, i); // [P, H, W]
    var shown = regions.shown().select(0, i);
    int k = TensorPictures.mostActiveClass(cam, shown);
    if (k < 0) {
      sheet.add("CAM: no class here", plain).add("aux CAM: no class here", plain);
    } else {
      var auxCam = regions.cams().auxCam().select(0, i).select(0, k);
      var label = "CAM: class " + regions.present().ids()[i][k];
      sheet.add(label, Overlay.heat(image, TensorPictures.heatMap(cam.select(0, k)), Colormap.JET));
      sheet.add("aux " + label, Overlay.heat(image, TensorPictures.heatMap(auxCam), Colormap.JET));
    }
    sheet.add(
        "RoI: cream uncertain, red sure",
        Overlay.labels(image, TensorPictures.roiLabels(regions.roiMask().select(0, i))));
    addCrops(sheet, regions.crops().crops().select(0, i), regions.crops().flags().select(0, i));

    var labels = Overlay.labels(image, TensorPictures.labelMap(pseudoLabels.select(0, i)));
    var box = batch.boxes().get(i);
    labels.drawBox(box.left(), box.top(), box.right() - box.left(), box.bottom() - box.top(), BOX);
    sheet.add("pseudo-labels in image box", labels);
  }

  /// The crops in a square grid, framed by their flags.
  ///
  /// @param crops [n, 3, size, size]
  /// @param flags [2 + n], the two global views first
  private static void addCrops(TileSheet sheet, Tensor crops, Tensor flags) {
    int count = (int) crops.size(0);
    int columns = (int) Math.max(1, Math.ceil(Math.sqrt(count)));
    int cellPx = TILE_PX / columns;
    var grid = Picture.filled(TILE_PX, TILE_PX, PAPER);
    var flag = flags.toFloatArray();
    int positives = 0;
    for (int j = 0; j < count; j++) {
      boolean positive = flag[RoiCrops.GLOBAL_VIEWS + j] > 0;
      positives += positive ? 1 : 0;
      int left = j % columns * cellPx;
      int top = j / columns * cellPx;
      grid.draw(
          Picture.of(TensorPictures.image(crops.select(0, j))).fittedTo(cellPx - 2),
          left + 1,
          top + 1);
      for (int inset = 1; inset <= 3; inset++) {
        grid.drawBox(
            left + inset,
            top + inset,
            cellPx - 2 * inset,
            cellPx - 2 * inset,
            positive ? POSITIVE : NEGATIVE);
      }
    }
    sheet.add("crops: %d green +, %d red -".formatted(positives, count - positives), grid);
  }
}
