package toco.annotation;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import toco.config.Config;
import toco.config.DataConfig;
import toco.image.ImageWriter;
import toco.image.LabelMap;

/// Label maps of every kind, and their export, for the tests of formats.
final class LabelMaps {
  static final int CLASSES = 6;

  private LabelMaps() {}

  static LabelMap of(int widthPx, int... labels) {
    var bytes = new byte[labels.length];
    for (int i = 0; i < labels.length; i++) {
      bytes[i] = (byte) labels[i];
    }
    return new LabelMap(MemorySegment.ofArray(bytes), widthPx, labels.length / widthPx);
  }

  static int[] values(LabelMap map) {
    var values = new int[map.widthPx() * map.heightPx()];
    for (int i = 0; i < values.length; i++) {
      values[i] = map.labels().get(ValueLayout.JAVA_BYTE, i) & 0xFF;
    }
    return values;
  }

  /// Noise of one label per pixel, coarse and fine blocks, rings, stripes, single pixels, full and
  /// empty maps, with ignored pixels in most.
  static Map<String, LabelMap> all() {
    var maps = new LinkedHashMap<String, LabelMap>();
    var random = new Random(5);
    for (int[] size : new int[][] {{1, 1}, {1, 9}, {9, 1}, {2, 2}, {40, 31}, {17, 50}}) {
      for (int block : new int[] {1, 2, 5}) {
        for (int kinds : new int[] {2, 4}) {
          var cells = new int[100 * 100];
          for (int i = 0; i < cells.length; i++) {
            int kind = random.nextInt(kinds + 1);
            cells[i] = kind == kinds && kinds > 2 ? 255 : kind;
          }
          var labels = new int[size[0] * size[1]];
          for (int i = 0; i < labels.length; i++) {
            labels[i] = cells[i / size[0] / block * 100 + i % size[0] / block];
          }
          maps.put(
              "noise/%sx%s_%s_%s".formatted(size[0], size[1], block, kinds), of(size[0], labels));
        }
      }
    }
    maps.put("ring", rings(21, 2));
    maps.put("thin ring", rings(13, 1));
    maps.put("full", of(4, 3, 3, 3, 3, 3, 3, 3, 3));
    maps.put("empty", of(3, 0, 0, 0, 255, 0, 0));
    maps.put("open ring", of(4, 0, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0));
    maps.put("corners", of(4, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 6));
    return maps;
  }

  private static LabelMap rings(int side, int step) {
    var labels = new int[side * side];
    for (int i = 0; i < labels.length; i++) {
      int distance = Math.max(Math.abs(i % side - side / 2), Math.abs(i / side - side / 2));
      labels[i] = distance / step % 2 == 0 ? 2 : distance / step % 4 == 1 ? 0 : 5;
    }
    return of(side, labels);
  }

  static DataConfig data(String... more) {
    var settings =
        new ArrayList<>(
            List.of(
                "data.layout=folder",
                "data.classNames=[disc, square, \"traffic light\", star, ring, cross]"));
    settings.addAll(List.of(more));
    return Config.load(Path.of("configs/own_data.yaml"), settings).data();
  }

  /// Exports label maps to a folder, and writes them as `truth/NAME.png`.
  static void export(Map<String, LabelMap> maps, Path folder, CocoShape shape) {
    var names = List.copyOf(maps.keySet());
    var options = new AnnotationExport.Options(Set.of(LabelFormat.COCO, LabelFormat.CVAT), shape);
    var paths = names.stream().map(name -> name + ".jpg").toList();
    try (var export =
        AnnotationExport.open(
            options,
            folder,
            data(),
            paths,
            line -> {
              throw new AssertionError(line);
            })) {
      for (int i = 0; i < names.size(); i++) {
        var map = maps.get(names.get(i));
        export
            .prepare(
                new LabelledImage(
                    i, names.get(i), paths.get(i), Path.of(paths.get(i)), map, scores(map)))
            .append();
        ImageWriter.writePng(map, folder.resolve("truth", names.get(i) + ".png"));
      }
      export.finish();
    }
  }

  /// Of a pixel x, y: (x + y) / (W + H).
  static MemorySegment scores(LabelMap map) {
    var scores = new float[map.widthPx() * map.heightPx()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] =
          (float) (i % map.widthPx() + i / map.widthPx()) / (map.widthPx() + map.heightPx());
    }
    return MemorySegment.ofArray(scores);
  }
}
