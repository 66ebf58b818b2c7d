package toco.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import toco.config.SyntheticConfig.Variant;

/// One image of the synthetic set: one to three objects of different kinds on a textured and
/// cluttered background. An object may cover part of another.
///
/// The layout is redrawn until at least 60 % and 150 px of every object are visible, and then
/// painted. Layout and painting use separate random streams, so labels are available without
/// painting.
final class SyntheticScene {
  /// Side of the square images.
  static final int SIZE_PX = 96;

  private static final int LAYOUT_STREAM = 0;
  private static final int PAINT_STREAM = 1;
  private static final double VISIBLE_SHARE = 0.6;
  private static final int VISIBLE_PX = 150;

  private final Variant variant;
  private final SyntheticDistribution distribution;
  private final CounterRandom paintRandom;
  private final List<Placed> objects = new ArrayList<>();
  private final int[] areaPx =
      new int[ShapeKind.values().length + 1]; // by label, covered parts included
  private final byte[] mask = new byte[SIZE_PX * SIZE_PX];

  /// Lays out an image.
  ///
  /// @param seed seed of the set
  /// @param split number of the split: no two splits share an image
  /// @param index of the image within the split
  SyntheticScene(long seed, int split, int index, Variant variant) {
    this.variant = variant;
    this.distribution = SyntheticDistribution.of(variant);
    var random = new CounterRandom(seed, split, index, LAYOUT_STREAM);
    this.paintRandom = new CounterRandom(seed, split, index, PAINT_STREAM);
    do {
      layOut(random);
    } while (!everyObjectIsVisible());
  }

  /// [SIZE_PX, SIZE_PX] uint8: 0 background, else the label of a [ShapeKind].
  byte[] mask() {
    return mask;
  }

  /// [6] multi-hot.
  float[] labels() {
    var labels = new float[ShapeKind.values().length];
    for (var object : objects) {
      labels[object.kind.label - 1] = 1;
    }
    return labels;
  }

  /// Paints the image once: [SIZE_PX, SIZE_PX, 3] uint8.
  byte[] paint() {
    var canvas = new SyntheticBackground(distribution, paintRandom).paint();
    for (var object : objects) {
      paint(object, canvas);
    }
    double exposure = paintRandom.uniform(0.8, 1.15);
    var rgb = new byte[canvas.length];
    for (int i = 0; i < rgb.length; i++) {
      double value = canvas[i] * exposure + paintRandom.normal(0, 0.04);
      rgb[i] = (byte) (Math.clamp(value, 0, 1) * 255 + 0.5);
    }
    return rgb;
  }

  private void layOut(CounterRandom random) {
    objects.clear();
    Arrays.fill(mask, (byte) 0);
    Arrays.fill(areaPx, 0);
    double share = random.nextDouble();
    int count =
        share < distribution.shareOfOne() ? 1 : share < 1 - distribution.shareOfThree() ? 2 : 3;
    var kinds = ShapeKind.values();
    for (int kind : random.choose(kinds.length, count)) {
      double radius =
          count > 1
              ? random.uniform(distribution.smallestPx(), distribution.largestPx())
              : random.uniform(distribution.smallestAlonePx(), distribution.largestAlonePx());
      double centreX = random.uniform(0.7 * radius, SIZE_PX - 0.7 * radius);
      double centreY = random.uniform(0.7 * radius, SIZE_PX - 0.7 * radius);
      double angle = random.uniform(0, 2 * Math.PI);
      double stretch = Math.sqrt(random.uniform(0.8, 1.25));
      var object =
          new Placed(
              kinds[kind],
              radius,
              centreX,
              centreY,
              StrictMath.cos(angle),
              StrictMath.sin(angle),
              stretch);
      for (int y = 0; y < SIZE_PX; y++) {
        for (int x = 0; x < SIZE_PX; x++) {
          if (object.covers(x, y, variant)) {
            mask[y * SIZE_PX + x] = (byte) object.kind.label;
            areaPx[object.kind.label]++;
          }
        }
      }
      objects.add(object);
    }
  }

  private boolean everyObjectIsVisible() {
    var visible = new int[ShapeKind.values().length + 1];
    for (byte label : mask) {
      visible[label]++;
    }
    return objects.stream()
        .allMatch(object -> {
          int seen = visible[object.kind.label];
          return seen >= VISIBLE_SHARE * areaPx[object.kind.label] && seen >= VISIBLE_PX;
        });
  }

  private void paint(Placed object, double[] canvas) {
    var random = paintRandom;
    var texture = object.kind.texture(random, variant);
    double hue = object.kind.hue + random.normal(0, 0.05);
    double[] light = Hsv.toRgb(hue, random.uniform(0.5, 0.95), random.uniform(0.6, 0.95));
    double[] dark =
        Hsv.toRgb(
            hue + random.normal(0, 0.03), random.uniform(0.4, 0.9), random.uniform(0.15, 0.4));
    if (object.kind == ShapeKind.CROSS && variant == Variant.LIVELY) {
      dark = Hsv.toRgb(hue, 0.6, 0.45);
    }
    double shading = 0.15 * random.uniform(-1, 1);
    for (int y = 0; y < SIZE_PX; y++) {
      for (int x = 0; x < SIZE_PX; x++) {
        if (object.covers(x, y, variant)) {
          double u = object.u(x, y);
          double share = texture.at(u, object.v(x, y), x, y);
          double shade = 1 + shading * Math.clamp(u / object.radiusPx, -1, 1);
          for (int c = 0; c < 3; c++) {
            canvas[3 * (y * SIZE_PX + x) + c] = (share * light[c] + (1 - share) * dark[c]) * shade;
          }
        }
      }
    }
  }

  /// An object with its frame: centre, rotation, and stretch along u relative to v.
  private record Placed(
      ShapeKind kind,
      double radiusPx,
      double centreX,
      double centreY,
      double cos,
      double sin,
      double stretch) {
    double u(int x, int y) {
      return ((x + 0.5 - centreX) * cos + (y + 0.5 - centreY) * sin) * stretch;
    }

    double v(int x, int y) {
      return (-(x + 0.5 - centreX) * sin + (y + 0.5 - centreY) * cos) / stretch;
    }

    boolean covers(int x, int y, Variant variant) {
      return kind.covers(u(x, y), v(x, y), radiusPx, variant);
    }
  }
}
