package toco.annotation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/// The polygons around a region, along the edges of its pixels: one for each part that hangs
/// together at the pixels' sides.
final class Outline {
  private static final int[] DX = {1, 0, -1, 0}; // right, down, left, up
  private static final int[] DY = {0, 1, 0, -1};

  private final Region.Box box;
  private final BitSet inside;
  private final BitSet traced = new BitSet(); // pixels whose upper edge is on a polygon found

  private Outline(Region region) {
    box = region.box();
    inside = new BitSet(box.width() * box.height());
    region.forEachRun((x, y, length) -> {
      for (int i = 0; i < length; i++) {
        inside.set(at(x - box.x(), y - box.y() + i));
      }
    });
  }

  /// The polygons of a region, each x and y of its corners in turn; none if the region has a hole,
  /// which polygons cannot express.
  static List<int[]> of(Region region) {
    return new Outline(region).trace();
  }

  private List<int[]> trace() {
    var polygons = new ArrayList<int[]>();
    for (int i = inside.nextSetBit(0); i >= 0; i = inside.nextSetBit(i + 1)) {
      int x = i % box.width();
      int y = i / box.width();
      if (!isInside(x, y - 1) && !traced.get(i)) {
        var polygon = follow(x, y);
        if (doubledArea(polygon) < 0) { // around a hole, the other way round
          return List.of();
        }
        polygons.add(polygon);
      }
    }
    return polygons;
  }

  /// Follows an edge from the upper left corner of a pixel to the right, with the region on the
  /// right-hand side. Where two pixels touch at a corner only, it stays at the same pixel.
  private int[] follow(int startX, int startY) {
    var corners = new int[16];
    int n = 0;
    int x = startX;
    int y = startY;
    int direction = 0;
    do {
      if (direction == 0) {
        traced.set(at(x, y));
      }
      x += DX[direction];
      y += DY[direction];
      int next = turned(x, y, direction);
      if (next != direction) {
        corners = n == corners.length ? Arrays.copyOf(corners, 2 * n) : corners;
        corners[n++] = x + box.x();
        corners[n++] = y + box.y();
        direction = next;
      }
    } while (x != startX || y != startY || direction != 0);
    return Arrays.copyOf(corners, n);
  }

  private int turned(int x, int y, int direction) {
    int right = (direction + 1) & 3;
    int left = (direction + 3) & 3;
    if (!isAhead(x, y, direction, right)) {
      return right;
    }
    return isAhead(x, y, direction, left) ? left : direction;
  }

  /// Whether the pixel that is ahead of a corner, to one side, is inside.
  private boolean isAhead(int x, int y, int direction, int side) {
    int dx = DX[direction] + DX[side]; // −1 or 1
    int dy = DY[direction] + DY[side];
    return isInside(x + (dx - 1) / 2, y + (dy - 1) / 2);
  }

  private boolean isInside(int x, int y) {
    return x >= 0 && y >= 0 && x < box.width() && y < box.height() && inside.get(at(x, y));
  }

  private int at(int x, int y) {
    return y * box.width() + x;
  }

  private static long doubledArea(int[] polygon) {
    long area = 0;
    for (int i = 0; i < polygon.length; i += 2) {
      int j = (i + 2) % polygon.length;
      area += (long) polygon[i] * polygon[j + 1] - (long) polygon[j] * polygon[i + 1];
    }
    return area;
  }
}
