package toco.eval;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import toco.image.LabelMap;

/// Results of images that do not exist: masks of blocks, and predictions that are correct in seven
/// blocks of ten.
final class RandomImages {
  private static final int SIDE = 24;
  private static final int BLOCK = 6;

  private RandomImages() {}

  /// @param classes C, background included
  static List<ImageScores> make(int count, int classes, long seed) {
    var random = new Random(seed);
    var images = new ArrayList<ImageScores>();
    for (int i = 0; i < count; i++) {
      var mask = blocks(random, classes, null);
      var seg = LabelCounts.of(mask, blocks(random, classes, mask).labels(), classes);
      var cam = LabelCounts.of(mask, blocks(random, classes, mask).labels(), classes);
      var labels = new float[classes - 1];
      var logits = new float[classes - 1];
      for (int k = 0; k < labels.length; k++) {
        labels[k] = random.nextInt(2);
        logits[k] = (float) (random.nextGaussian() + labels[k] - 0.5);
      }
      var maps = Map.of(MapKind.SEG, seg, MapKind.CAM, cam);
      images.add(new ImageScores(i, "image" + i, maps, labels, logits, random.nextDouble()));
    }
    return images;
  }

  private static LabelMap blocks(Random random, int classes, LabelMap near) {
    int across = SIDE / BLOCK;
    var drawn = IntStream.range(0, across * across).map(_ -> random.nextInt(classes)).toArray();
    var kept = IntStream.range(0, across * across).map(_ -> random.nextInt(10)).toArray();
    var labels = new byte[SIDE * SIDE];
    for (int p = 0; p < labels.length; p++) {
      int block = p / SIDE / BLOCK * across + p % SIDE / BLOCK;
      labels[p] =
          near != null && kept[block] < 7
              ? near.labels().get(java.lang.foreign.ValueLayout.JAVA_BYTE, p)
              : (byte) drawn[block];
    }
    return new LabelMap(MemorySegment.ofArray(labels), SIDE, SIDE);
  }
}
