package toco.batch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import toco.data.ClassBox;
import toco.image.ImageBox;

/// The boxes of an image as a view shows it: every pixel of the view that a box touches is in it.
public final class ViewBoxes {
  private static final double ROUNDING = 1e-6; // of edges, in pixels of the view

  private ViewBoxes() {}

  /// @param sizePx side of the view
  /// @return by label; a class whose boxes the view does not show has none
  public static Map<Integer, List<ImageBox>> of(List<ClassBox> boxes, ViewPlace place, int sizePx) {
    var byLabel = new LinkedHashMap<Integer, List<ImageBox>>();
    for (var box : boxes) {
      var ofClass = byLabel.computeIfAbsent(box.label(), _ -> new ArrayList<>());
      of(box, place, sizePx).ifPresent(ofClass::add);
    }
    return byLabel;
  }

  private static Optional<ImageBox> of(ClassBox box, ViewPlace place, int sizePx) {
    var rows = range(place.rows(), box.top(), box.bottom(), sizePx);
    var columns = range(place.columns(), box.left(), box.right(), sizePx);
    return rows.first >= rows.end || columns.first >= columns.end
        ? Optional.empty()
        : Optional.of(new ImageBox(rows.first, rows.end, columns.first, columns.end));
  }

  /// @param end exclusive
  private record Range(int first, int end) {}

  private static Range range(ViewAxis axis, double from, double to, int sizePx) {
    double one = axis.position(from);
    double other = axis.position(to);
    return new Range(
        Math.max(0, (int) Math.floor(Math.min(one, other) + ROUNDING)),
        Math.min(sizePx, (int) Math.ceil(Math.max(one, other) - ROUNDING)));
  }
}
