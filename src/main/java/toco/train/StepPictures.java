package toco.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import toco.batch.Batch;
import toco.cam.RoiCrops;
import toco.image.CamTiles;
import toco.image.Normalization;
import toco.image.Picture;
import toco.image.TensorPictures;
import toco.image.TileSheet;
import toco.recipe.Objective;
import toco.recipe.TrainStep;
import toco.torch.GradMode;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Pictures of a training step, one row per sample: the augmented image, CAM and auxiliary CAM of
/// its most active class, the RoI mask, the local crops and the pseudo-labels.
final class StepPictures {
  private static final int MAX_SAMPLES = 4;
  private static final int TILE_PX = 192;
  private static final int POSITIVE = 0x20A020;
  private static final int NEGATIVE = 0xD02020;
  private static final int BOX = 0xFFFFFF;
  private static final int PAPER = 0xFFFFFF;

  /// @param name what it shows, the same for every sample and step
  /// @param caption what it shows of this sample
  private record Tile(String name, String caption, Picture picture) {}

  private final List<List<Tile>> rows = new ArrayList<>();

  private StepPictures() {}

  /// Draws the first samples of a batch.
  ///
  /// @param report a micro-batch and what the step made of it
  /// @param normalization of the batch's images
  static StepPictures draw(TrainStep.Report report, Normalization normalization) {
    var batch = report.batch();
    var regions = report.regions();
    var labels = report.pseudoLabels();
    var pictures = new StepPictures();
    try (var _ = TensorScope.open();
        var _ = GradMode.noGrad()) {
      for (int i = 0; i < Math.min(MAX_SAMPLES, batch.size()); i++) {
        pictures.rows.add(row(batch, normalization, regions, labels, i));
      }
    }
    return pictures;
  }

  /// Writes them as one sheet.
  ///
  /// @throws toco.image.ImageException if the file cannot be written
  void write(Path png) {
    var sheet = new TileSheet(rows.getFirst().size(), TILE_PX);
    rows.forEach(row -> row.forEach(tile -> sheet.add(tile.caption, tile.picture)));
    sheet.write(png);
  }

  /// The pictures one by one, by tags such as `sample 1/CAM`.
  Map<String, Picture> byTag() {
    var pictures = new LinkedHashMap<String, Picture>();
    for (int i = 0; i < rows.size(); i++) {
      for (var tile : rows.get(i)) {
        pictures.put("sample %s/%s".formatted(i + 1, tile.name), tile.picture.fittedTo(TILE_PX));
      }
    }
    return pictures;
  }

  private static List<Tile> row(
      Batch batch,
      Normalization normalization,
      Objective.Regions regions,
      Tensor pseudoLabels,
      int i) {
    var tiles = new ArrayList<Tile>();
    var image = normalization.picture(batch.view1().select(0, i));
    tiles.add(new Tile("image", "view 1 of sample " + batch.samples().get(i), Picture.of(image)));

    var cam = regions.cams().cam().select(0, i); // [P, H, W]
    var isPresent = regions.isPresent().select(0, i);
    var auxCam = regions.cams().auxCam().select(0, i);
    var cams = CamTiles.of(image, cam, auxCam, isPresent);
    long[] classIds = regions.present().ids()[i];
    var caption = "CAM: " + cams.caption(map -> "class " + classIds[map]);
    tiles.add(new Tile("CAM", caption, cams.cam()));
    tiles.add(new Tile("aux CAM", "aux " + caption, cams.auxCam()));
    tiles.add(
        new Tile(
            "RoI",
            "RoI: cream uncertain, red sure",
            TensorPictures.roi(image, regions.roiMask().select(0, i))));
    tiles.add(
        crops(
            regions.crops().crops().select(0, i),
            normalization,
            regions.crops().flags().select(0, i)));

    var labels = TensorPictures.labels(image, pseudoLabels.select(0, i));
    var box = batch.boxes().get(i);
    labels.drawBox(box.left(), box.top(), box.right() - box.left(), box.bottom() - box.top(), BOX);
    tiles.add(new Tile("pseudo-labels", "pseudo-labels in image box", labels));
    return tiles;
  }

  /// The crops in a square grid, framed by their flags.
  ///
  /// @param crops [n, 3, size, size]
  /// @param flags [2 + n], the two global views first
  private static Tile crops(Tensor crops, Normalization normalization, Tensor flags) {
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
          Picture.of(normalization.picture(crops.select(0, j))).fittedTo(cellPx - 2),
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
    var caption = "crops: %s green +, %s red -".formatted(positives, count - positives);
    return new Tile("crops", caption, grid);
  }
}
