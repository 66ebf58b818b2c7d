package toco.batch;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import toco.data.HintPoint;
import toco.data.ImageHints;
import toco.data.WeakLabels;
import toco.image.ImageSize;
import toco.image.LabelMap;

/// Draws the hints of an image as a view shows it. Every pixel of the view takes the label of the
/// pixel of the image at its centre, so no label is invented.
///
/// A point is a disc of the image's pixels. At least the pixel of the view in which the point is
/// has its label, however small the view shows it. Where discs meet, the nearer point counts, and
/// of points equally near the one that the table names first.
///
/// One worker's, for one view at a time.
public final class HintCanvas {
  private final int sizePx;
  private final byte[] labels;
  private final long[]
      distances; // squared, in pixels of the image, of the point that a pixel is of

  /// @param sizePx side of the views
  public HintCanvas(int sizePx) {
    this.sizePx = sizePx;
    labels = new byte[sizePx * sizePx];
    distances = new long[labels.length];
  }

  /// Draws the hints of an image.
  ///
  /// @param hints of the image; empty: all pixels are unknown
  /// @param weak where they are from
  /// @param image the file of the image, and its size
  /// @return uint8 [size, size], valid until the next call
  /// @throws toco.data.DataException if hints that are a file do not fit the image any more
  /// @throws toco.image.ImageException if that file is unreadable
  public MemorySegment draw(
      Optional<ImageHints> hints, WeakLabels weak, Path image, ImageSize size, ViewPlace place) {
    Arrays.fill(labels, (byte) LabelMap.IGNORE);
    if (hints.isPresent()) {
      switch (hints.get()) {
        case ImageHints.Points(var points) -> discs(points, weak.hintRadiusPx(), size, place);
        case ImageHints.Drawn drawn -> {
          try (var arena = Arena.ofConfined()) {
            sample(weak.readHints(drawn, image, size, arena), place);
          }
        }
      }
    }
    return MemorySegment.ofArray(labels);
  }

  private void sample(LabelMap map, ViewPlace place) {
    for (int v = 0; v < sizePx; v++) {
      int y = place.rows().imageAt(v);
      if (y < 0 || y >= map.heightPx()) {
        continue;
      }
      for (int u = 0; u < sizePx; u++) {
        int x = place.columns().imageAt(u);
        if (x >= 0 && x < map.widthPx()) {
          labels[v * sizePx + u] = map.labels().get(JAVA_BYTE, (long) y * map.widthPx() + x);
        }
      }
    }
  }

  private void discs(List<HintPoint> points, int radiusPx, ImageSize size, ViewPlace place) {
    Arrays.fill(distances, Long.MAX_VALUE);
    for (var point : points) {
      var columns = range(place.columns(), point.column(), radiusPx, size.widthPx());
      var rows = range(place.rows(), point.row(), radiusPx, size.heightPx());
      int own = place.columns().viewAt(point.column());
      int ownRow = place.rows().viewAt(point.row());
      for (int v = rows.first; v <= rows.last; v++) {
        long dy = (long) place.rows().imageAt(v) - point.row();
        for (int u = columns.first; u <= columns.last; u++) {
          long dx = (long) place.columns().imageAt(u) - point.column();
          long distance = dx * dx + dy * dy;
          boolean isIn = distance <= (long) radiusPx * radiusPx || (u == own && v == ownRow);
          int i = v * sizePx + u;
          if (isIn && distance < distances[i]) {
            distances[i] = distance;
            labels[i] = (byte) point.label();
          }
        }
      }
    }
  }

  /// Pixels of the view, ends included; empty if the last is before the first.
  private record Range(int first, int last) {}

  /// The pixels of the view that show the image within a distance of a pixel of it.
  ///
  /// @param sidePx of the image
  private Range range(ViewAxis axis, int pixel, int radiusPx, int sidePx) {
    int one = axis.viewAt(Math.max(0, pixel - radiusPx));
    int other = axis.viewAt(Math.min(sidePx - 1, pixel + radiusPx));
    int first = Math.max(0, Math.min(one, other));
    int last = Math.min(sizePx - 1, Math.max(one, other));
    while (first > 0 && isNear(axis, first - 1, pixel, radiusPx, sidePx)) {
      first--; // an enlarged pixel of the image is several of the view
    }
    while (last < sizePx - 1 && isNear(axis, last + 1, pixel, radiusPx, sidePx)) {
      last++;
    }
    return new Range(first, last);
  }

  private static boolean isNear(ViewAxis axis, int viewPixel, int pixel, int radiusPx, int sidePx) {
    int shown = axis.imageAt(viewPixel);
    return shown >= 0 && shown < sidePx && Math.abs(shown - pixel) <= radiusPx;
  }
}
