package toco.prepare;

import java.util.BitSet;

/// The pixels of COCO's regions, as its own library defines them (pycocotools, `rleFrPoly`): an
/// outline is drawn on a grid five times as fine, and a pixel's column is crossed where the outline
/// passes its centre. Between the first and the second crossing it is inside, and so on.
///
/// Pixels are numbered column by column, from the top: `x * height + y`.
final class RegionFill {
  private static final int FINER = 5;

  private final int width;
  private final int height;
  private final BitSet inside;

  /// @param width of the image, px
  /// @param height of the image, px
  RegionFill(int width, int height) {
    this.width = width;
    this.height = height;
    inside = new BitSet(width * height);
  }

  /// The pixels of all regions added so far.
  BitSet inside() {
    return inside;
  }

  /// Adds a polygon.
  ///
  /// @param outline x and y of each corner in turn, px
  void addPolygon(double[] outline) {
    var crossings = new BitSet(width * height + 1);
    int corners = outline.length / 2;
    var last = new Crossings(crossings);
    for (int i = 0; i < corners; i++) {
      int next = (i + 1) % corners;
      last.line(
          finer(outline[2 * i]),
          finer(outline[2 * i + 1]),
          finer(outline[2 * next]),
          finer(outline[2 * next + 1]));
    }
    int pixels = width * height;
    for (int from = crossings.nextSetBit(0); from >= 0 && from < pixels; ) {
      int to = crossings.nextSetBit(from + 1);
      inside.set(from, to < 0 ? pixels : Math.min(to, pixels));
      from = to < 0 ? -1 : crossings.nextSetBit(to + 1);
    }
  }

  /// Adds runs of pixels that are in turn outside and inside.
  ///
  /// @param lengths of the runs, the first outside
  void addRuns(double[] lengths) {
    int at = 0;
    for (int i = 0; i < lengths.length; i++) {
      int end = (int) Math.min(at + lengths[i], (double) width * height);
      if (i % 2 == 1) {
        inside.set(at, end);
      }
      at = end;
    }
  }

  private static int finer(double coordinate) {
    return (int) (FINER * coordinate + 0.5);
  }

  /// Walks along an outline on the fine grid, and notes where it crosses the pixels' centres.
  private final class Crossings {
    private final BitSet crossings;
    private boolean started;
    private int lastX;
    private int lastY;

    Crossings(BitSet crossings) {
      this.crossings = crossings;
    }

    /// A side, drawn from its lower coordinate, so that both directions give the same pixels.
    void line(int x0, int y0, int x1, int y1) {
      int dx = Math.abs(x1 - x0);
      int dy = Math.abs(y1 - y0);
      boolean isFlat = dx >= dy;
      boolean flips = isFlat ? x0 > x1 : y0 > y1;
      int startX = flips ? x1 : x0;
      int startY = flips ? y1 : y0;
      double rise = isFlat ? (flips ? y0 - y1 : y1 - y0) : (flips ? x0 - x1 : x1 - x0);
      int steps = Math.max(dx, dy);
      double slope = rise / steps; // a side without length has one step, at t = 0
      for (int i = 0; i <= steps; i++) {
        int t = flips ? steps - i : i;
        double across = steps == 0 ? 0 : slope * t;
        if (isFlat) {
          point(startX + t, (int) (startY + across + 0.5));
        } else {
          point((int) (startX + across + 0.5), startY + t);
        }
      }
    }

    private void point(int x, int y) {
      if (started && x != lastX) {
        cross(Math.min(x, lastX), Math.min(y, lastY)); // neighbours: x differs by 1
      }
      started = true;
      lastX = x;
      lastY = y;
    }

    private void cross(int left, int top) {
      double column = (left + 0.5) / FINER - 0.5;
      if (column != Math.floor(column) || column < 0 || column > width - 1) {
        return;
      }
      double row = Math.ceil(Math.clamp((top + 0.5) / FINER - 0.5, 0, height));
      crossings.flip(((int) column) * height + (int) row);
    }
  }
}
