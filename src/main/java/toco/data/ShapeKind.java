package toco.data;

import toco.config.SyntheticConfig.Variant;

/// The six kinds of objects in the synthetic set, each with its outline, hue and texture.
///
/// Coordinates `u`, `v` are pixels in the rotated frame of the object; `radiusPx` is its size.
enum ShapeKind {
  /// Striped.
  DISC(1, 0.0, 5, 8),
  /// Checkered.
  SQUARE(2, 0.62, 8, 12),
  /// Dotted.
  TRIANGLE(3, 0.33, 7, 10),
  /// Grainy.
  STAR(4, 0.13, 1, 1),
  /// Ringed.
  RING(5, 0.82, 5, 8),
  /// With zigzag stripes; in the lively variant a gradient from dark to light.
  CROSS(6, 0.5, 9, 13);

  private static final double STAR_POINT = Math.PI / 5; // half the angle of one of five points

  final int label; // in masks; 0 is the background
  final double hue;
  private final double shortestPeriodPx;
  private final double longestPeriodPx;

  ShapeKind(int label, double hue, double shortestPeriodPx, double longestPeriodPx) {
    this.label = label;
    this.hue = hue;
    this.shortestPeriodPx = shortestPeriodPx;
    this.longestPeriodPx = longestPeriodPx;
  }

  /// Whether a point is inside the outline.
  boolean covers(double u, double v, double radiusPx, Variant variant) {
    double r = radiusPx;
    boolean lively = variant == Variant.LIVELY;
    double distance = Math.sqrt(u * u + v * v);
    return switch (this) {
      case DISC -> distance < r;
      case SQUARE -> Math.abs(u) < 0.85 * r && Math.abs(v) < 0.85 * r;
      case TRIANGLE -> {
        double inner = 1.15 * r / 2;
        double slope = 0.8660254 * u;
        yield v < inner && -0.5 * v + slope < inner && -0.5 * v - slope < inner;
      }
      case STAR -> insideStar(u, v, distance, r);
      case RING -> {
        double outer = lively ? 1.1 : 1.15;
        double hole = lively ? 0.5 : 0.4;
        yield distance < outer * r && distance > hole * r;
      }
      case CROSS -> {
        double arm = (lively ? 0.38 : 0.45) * r;
        double reach = (lively ? 1.1 : 1.15) * r;
        boolean along = Math.abs(u) < arm && Math.abs(v) < reach;
        yield along || (Math.abs(v) < arm && Math.abs(u) < reach);
      }
    };
  }

  private static boolean insideStar(double u, double v, double distance, double radiusPx) {
    double angle = StrictMath.atan2(v, u);
    double turned = angle - 2 * STAR_POINT * Math.floor(angle / (2 * STAR_POINT));
    double fromNotch = Math.abs(turned - STAR_POINT); // 0 at a notch, STAR_POINT at a tip
    double notchX = 0.6 * radiusPx;
    double tipX = 1.25 * radiusPx * StrictMath.cos(STAR_POINT);
    double tipY = 1.25 * radiusPx * StrictMath.sin(STAR_POINT);
    double x = distance * StrictMath.cos(fromNotch);
    double y = distance * StrictMath.sin(fromNotch);
    return (tipX - notchX) * y - tipY * (x - notchX)
        > 0; // the centre is on the same side of the edge
  }

  /// Draws a random texture for one object: a function of (u, v) and of the pixel, from 0 (the dark
  /// colour) to 1 (the light colour).
  Texture texture(CounterRandom random, Variant variant) {
    double phaseU = random.uniform(0, 2 * Math.PI);
    double phaseV = random.uniform(0, 2 * Math.PI);
    double k = 2 * Math.PI / random.uniform(shortestPeriodPx, longestPeriodPx);
    return switch (this) {
      case DISC -> (u, _, _, _) -> StrictMath.sin(k * u + phaseU) > 0 ? 1 : 0;
      case SQUARE ->
          (u, v, _, _) ->
              StrictMath.sin(k * u + phaseU) * StrictMath.sin(k * v + phaseV) > 0 ? 1 : 0;
      case TRIANGLE ->
          (u, v, _, _) ->
              StrictMath.cos(k * u + phaseU) + StrictMath.cos(k * v + phaseV) > 0.7 ? 1 : 0;
      case STAR -> {
        int grainsAcross = SyntheticScene.SIZE_PX / 2; // a grain is 2×2 px and does not rotate
        var grains = new double[grainsAcross * grainsAcross];
        for (int i = 0; i < grains.length; i++) {
          grains[i] = random.nextDouble();
        }
        yield (_, _, x, y) -> grains[y / 2 * grainsAcross + x / 2];
      }
      case RING ->
          (u, v, _, _) -> 0.5 + 0.5 * StrictMath.sin(k * Math.sqrt(u * u + v * v) + phaseU);
      case CROSS -> {
        if (variant == Variant.LIVELY) {
          double alongU = StrictMath.cos(phaseU) / 50;
          double alongV = StrictMath.sin(phaseU) / 50;
          yield (u, v, _, _) -> Math.clamp(0.5 + u * alongU + v * alongV, 0, 1);
        }
        double period = 2 * Math.PI / k;
        yield (u, v, _, _) -> {
          double turns = v / period;
          double zigzag = Math.abs(2 * (turns - Math.floor(turns)) - 1);
          return StrictMath.sin(k * (u + 0.35 * period * zigzag) + phaseU) > 0 ? 1 : 0;
        };
      }
    };
  }

  /// A texture.
  interface Texture {
    /// The share of the light colour at a pixel.
    ///
    /// @param u column in the object's frame
    /// @param v row in the object's frame
    /// @param x column in the image
    /// @param y row in the image
    double at(double u, double v, int x, int y);
  }
}
