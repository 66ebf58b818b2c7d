package toco.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import toco.cam.RoiCrops;
import toco.image.CamTiles;
import toco.image.ImageBox;
import toco.image.Normalization;
import toco.image.Picture;
import toco.image.RgbImage;
import toco.image.TensorPictures;
import toco.image.TileSheet;
import toco.recipe.StepTile;
import toco.recipe.TrainStep;
import toco.torch.GradMode;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Pictures of a training step, one row per sample: the augmented image and the recipe's tiles,
/// such as CAMs of its most active class and pseudo-labels.
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
    var pictures = new StepPictures();
    try (var _ = TensorScope.open();
        var _ = GradMode.noGrad()) {
      for (int i = 0; i < Math.min(MAX_SAMPLES, report.batch().size()); i++) {
        pictures.rows.add(row(report, normalization, i));
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

  private static List<Tile> row(TrainStep.Report report, Normalization normalization, int i) {
    var batch = report.batch();
    var image = normalization.picture(batch.view1().select(0, i));
    var tiles = new ArrayList<Tile>();
    tiles.add(new Tile("image", "view 1 of sample " + batch.samples().get(i), Picture.of(image)));
    for (var tile : report.tiles()) {
      switch (tile) {
        case StepTile.ClassMaps maps -> tiles.addAll(classMaps(image, maps, i));
        case StepTile.Regions(var name, var mask) ->
            tiles.add(
                new Tile(
                    name,
                    name + ": cream uncertain, red sure",
                    TensorPictures.roi(image, mask.select(0, i))));
        case StepTile.Crops(var name, var crops) ->
            tiles.add(
                crops(name, crops.crops().select(0, i), normalization, crops.flags().select(0, i)));
        case StepTile.View(var name, var views) ->
            tiles.add(new Tile(name, name, Picture.of(normalization.picture(views.select(0, i)))));
        case StepTile.Labels(var name, var labels) ->
            tiles.add(labels(name, image, labels.select(0, i), batch.boxes().get(i)));
      }
    }
    return tiles;
  }

  private static List<Tile> classMaps(RgbImage image, StepTile.ClassMaps maps, int i) {
    var kinds = maps.maps().values().stream().map(kind -> kind.select(0, i)).toList();
    var drawn = CamTiles.of(image, kinds, maps.isPresent().select(0, i));
    long[] classIds = maps.present().ids()[i];
    var caption = drawn.caption(map -> "class " + classIds[map]);
    var tiles = new ArrayList<Tile>();
    for (var name : maps.maps().keySet()) {
      tiles.add(new Tile(name, name + ": " + caption, drawn.pictures().get(tiles.size())));
    }
    return tiles;
  }

  private static Tile labels(String name, RgbImage image, Tensor labels, ImageBox box) {
    var picture = TensorPictures.labels(image, labels);
    picture.drawBox(box.left(), box.top(), box.right() - box.left(), box.bottom() - box.top(), BOX);
    return new Tile(name, name + " in image box", picture);
  }

  /// The crops in a square grid, framed by their flags.
  ///
  /// @param crops [n, 3, size, size]
  /// @param flags [2 + n], the two global views first
  private static Tile crops(String name, Tensor crops, Normalization normalization, Tensor flags) {
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
    var caption = "%s: %s green +, %s red -".formatted(name, positives, count - positives);
    return new Tile(name, caption, grid);
  }
}
