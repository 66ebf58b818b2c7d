package toco.bench;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import toco.config.Overrides;
import toco.data.ClassLabels;
import toco.data.SyntheticShapes;
import toco.image.ImageDecoder;
import toco.image.ImageWriter;
import toco.image.RgbImage;

/// Images of a photograph's size in VOC layout, for measurements of the loader: mosaics of
/// synthetic images, 480×384 px.
final class MosaicPhotos {
  private static final int COLUMNS = 5;
  private static final int ROWS = 4;
  private static final int CLASSES = 20;
  private static final int SHAPES = SyntheticShapes.CLASS_NAMES.size();

  private MosaicPhotos() {}

  /// Writes the images and their labels.
  ///
  /// @param synthetic a synthetic data set
  /// @param folder is made
  /// @param count number of images
  /// @return the settings of a configuration that reads them
  static Overrides write(Path synthetic, Path folder, int count) {
    try {
      var names = Files.readAllLines(synthetic.resolve("lists", "train.txt"));
      var ofTiles =
          ClassLabels.read(
              synthetic.resolve("lists", "cls_labels_onehot.npy"), SyntheticShapes.CLASS_NAMES);
      Files.createDirectories(folder.resolve("JPEGImages"));
      Files.createDirectories(folder.resolve("lists"));
      var labels = new LinkedHashMap<String, float[]>();
      for (int i = 0; i < count; i++) {
        var tiles = new ArrayList<String>();
        for (int tile = 0; tile < COLUMNS * ROWS; tile++) {
          tiles.add(names.get((i * COLUMNS * ROWS + tile) % names.size()));
        }
        var name = "mosaic" + i;
        write(synthetic, tiles, folder.resolve("JPEGImages", name + ".jpg"));
        labels.put(name, firstClasses(ofTiles.multiHot(tiles.getFirst())));
      }
      Files.write(folder.resolve("lists", "train.txt"), labels.keySet());
      ClassLabels.of("the mosaics", CLASSES, labels)
          .write(folder.resolve("lists", "cls_labels_onehot.npy"));
      return Overrides.of("data.root", folder).plus("data.trainList", "lists/train.txt");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path synthetic, List<String> tiles, Path file) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment pixels = MemorySegment.NULL;
      int side = 0;
      for (int tile = 0; tile < tiles.size(); tile++) {
        var image =
            ImageDecoder.decode(synthetic.resolve("JPEGImages", tiles.get(tile) + ".jpg"), arena);
        if (tile == 0) {
          side = image.widthPx();
          pixels = arena.allocate(3L * COLUMNS * ROWS * side * side);
        }
        for (int y = 0; y < side; y++) {
          long row = (long) (tile / COLUMNS) * side + y;
          long target = 3 * (row * COLUMNS + tile % COLUMNS) * side;
          MemorySegment.copy(
              image.pixels(), JAVA_BYTE, 3L * y * side, pixels, JAVA_BYTE, target, 3L * side);
        }
      }
      ImageWriter.writeJpeg(new RgbImage(pixels, COLUMNS * side, ROWS * side), file);
    }
  }

  private static float[] firstClasses(float[] shapes) {
    var labels = new float[CLASSES];
    System.arraycopy(shapes, 0, labels, 0, SHAPES);
    return labels;
  }
}
