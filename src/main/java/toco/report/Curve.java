package toco.report;

import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/// A line of a chart.
///
/// @param name in the legend
/// @param style 0…5: colour and dashes
/// @param points in order; NaN interrupts the line
/// @param stepped whether a value applies to the whole interval before its point
record Curve(String name, int style, List<Point> points, boolean stepped) {
  static final int STYLES = 6;

  /// @param x step or block number
  record Point(double x, double y) {}

  Curve {
    points = List.copyOf(points);
  }

  /// A curve from logged lines, over their steps.
  static <T> Curve of(
      String name, int style, List<T> lines, ToLongFunction<T> step, ToDoubleFunction<T> value) {
    return new Curve(
        name,
        style,
        lines.stream()
            .map(line -> new Point(step.applyAsLong(line), value.applyAsDouble(line)))
            .toList(),
        false);
  }

  Curve asSteps() {
    return new Curve(name, style, points, true);
  }

  /// The points that have a value.
  List<Point> known() {
    return points.stream().filter(point -> Double.isFinite(point.y)).toList();
  }
}
