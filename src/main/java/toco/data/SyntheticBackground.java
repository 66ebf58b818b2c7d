package toco.data;

/// The background of a synthetic image: a tinted cloud, a faint wave over the whole image, and
/// clutter of small flat bars and ellipses in random colours.
final class SyntheticBackground {
  private static final int SIZE_PX = SyntheticScene.SIZE_PX;
  private static final int GRID = 6;

  private final SyntheticDistribution distribution;
  private final CounterRandom random;

  SyntheticBackground(SyntheticDistribution distribution, CounterRandom random) {
    this.distribution = distribution;
    this.random = random;
  }

  /// [SIZE_PX, SIZE_PX, 3], about 0…1.
  double[] paint() {
    var canvas = new double[SIZE_PX * SIZE_PX * 3];
    paintCloud(canvas);
    paintWave(canvas);
    int pieces = 3 + random.nextInt(5);
    for (int i = 0; i < pieces; i++) {
      paintClutter(canvas);
    }
    return canvas;
  }

  private void paintCloud(double[] canvas) {
    double[] base =
        Hsv.toRgb(
            random.nextDouble(),
            random.uniform(distribution.palestBackground(), distribution.richestBackground()),
            random.uniform(0.3, 0.75));
    var grid = new double[GRID * GRID * 3];
    for (int i = 0; i < grid.length; i++) {
      grid[i] = random.normal(0, distribution.cloudStd());
    }
    for (int y = 0; y < SIZE_PX; y++) {
      double gridY = (double) y * (GRID - 1) / (SIZE_PX - 1);
      int top = Math.min((int) gridY, GRID - 2);
      double down = gridY - top;
      for (int x = 0; x < SIZE_PX; x++) {
        double gridX = (double) x * (GRID - 1) / (SIZE_PX - 1);
        int left = Math.min((int) gridX, GRID - 2);
        double across = gridX - left;
        for (int c = 0; c < 3; c++) {
          int at = 3 * (top * GRID + left) + c;
          double upper = grid[at] * (1 - across) + grid[at + 3] * across;
          double lower = grid[at + 3 * GRID] * (1 - across) + grid[at + 3 * GRID + 3] * across;
          canvas[3 * (y * SIZE_PX + x) + c] = base[c] + upper * (1 - down) + lower * down;
        }
      }
    }
  }

  private void paintWave(double[] canvas) {
    double angle = random.uniform(0, Math.PI);
    double k = 2 * Math.PI / random.uniform(10, 30);
    double alongX = k * StrictMath.cos(angle);
    double alongY = k * StrictMath.sin(angle);
    double phase = random.uniform(0, 2 * Math.PI);
    double amplitude = random.uniform(0.02, 0.10);
    var sines = new double[SIZE_PX];
    var cosines = new double[SIZE_PX];
    for (int x = 0; x < SIZE_PX; x++) {
      sines[x] = StrictMath.sin((x + 0.5) * alongX + phase);
      cosines[x] = StrictMath.cos((x + 0.5) * alongX + phase);
    }
    for (int y = 0; y < SIZE_PX; y++) {
      double sine = StrictMath.sin((y + 0.5) * alongY);
      double cosine = StrictMath.cos((y + 0.5) * alongY);
      for (int x = 0; x < SIZE_PX; x++) {
        double wave = sines[x] * cosine + cosines[x] * sine; // the sine of the sum
        for (int c = 0; c < 3; c++) {
          canvas[3 * (y * SIZE_PX + x) + c] += amplitude * wave;
        }
      }
    }
  }

  private void paintClutter(double[] canvas) {
    double centreX = random.uniform(0, SIZE_PX);
    double centreY = random.uniform(0, SIZE_PX);
    double angle = random.uniform(0, Math.PI);
    double cos = StrictMath.cos(angle);
    double sin = StrictMath.sin(angle);
    double length = random.uniform(3, 12);
    double thickness = random.uniform(1, 4);
    boolean bar = random.nextBoolean(0.5);
    double[] colour =
        Hsv.toRgb(random.nextDouble(), random.uniform(0.2, 0.9), random.uniform(0.2, 0.95));
    for (int y = 0; y < SIZE_PX; y++) {
      for (int x = 0; x < SIZE_PX; x++) {
        double u = (x + 0.5 - centreX) * cos + (y + 0.5 - centreY) * sin;
        double v = (y + 0.5 - centreY) * cos - (x + 0.5 - centreX) * sin;
        boolean inside =
            bar
                ? Math.abs(u) < length && Math.abs(v) < thickness
                : u * u / (length * length) + v * v / (4 * thickness * thickness) < 1;
        if (inside) {
          System.arraycopy(colour, 0, canvas, 3 * (y * SIZE_PX + x), 3);
        }
      }
    }
  }
}
