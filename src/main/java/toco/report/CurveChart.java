package toco.report;

import static toco.html.Html.element;
import static toco.html.Html.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import toco.html.Html;
import toco.html.Html.Element;
import toco.report.Curve.Point;

/// A chart of curves over training steps or encoder blocks, as an HTML figure with an SVG drawing.
/// It scales with its column; hovering over a point shows its value.
///
/// @param title of the chart
/// @param note short explanation after the title, or empty
/// @param xName name of the horizontal axis
/// @param xAxis the horizontal axis
/// @param format of the values
/// @param shadedUntil the part up to this x is shaded; 0: none
/// @param curves drawn over each other
record CurveChart(
    String title,
    String note,
    String xName,
    Axis xAxis,
    NumberFormat format,
    double shadedUntil,
    List<Curve> curves) {
  private static final int WIDTH = 400;
  private static final int HEIGHT = 220;
  private static final int LEFT = 52;
  private static final int RIGHT = WIDTH - 14;
  private static final int TOP = 10;
  private static final int BOTTOM = HEIGHT - 26;
  private static final int MAX_MARKS = 120;
  private static final int MAX_DOTS = 30;

  CurveChart {
    curves = curves.stream().filter(curve -> !curve.known().isEmpty()).toList();
  }

  /// Whether there is anything to draw.
  boolean isEmpty() {
    return curves.isEmpty();
  }

  Element figure() {
    var values = curves.stream().flatMap(curve -> curve.known().stream()).mapToDouble(Point::y);
    var range = values.summaryStatistics();
    // a share close to 0 must not look large
    double max = format == NumberFormat.PERCENT ? Math.max(0.1, range.getMax()) : range.getMax();
    var yAxis = Axis.covering(range.getMin(), max, 4);
    var drawing = new ArrayList<Html>();
    if (shadedUntil > 0) {
      double right = xAxis.place(Math.min(shadedUntil, xAxis.high()), LEFT, RIGHT);
      drawing.add(
          element("rect")
              .with("class", "shade")
              .with("x", LEFT)
              .with("y", TOP)
              .with("width", coordinate(right - LEFT))
              .with("height", BOTTOM - TOP));
    }
    drawing.addAll(grid(yAxis));
    curves.forEach(curve -> drawing.add(line(curve, yAxis)));
    curves.forEach(curve -> drawing.addAll(marks(curve, yAxis)));
    var svg =
        element("svg", drawing)
            .with("viewBox", "0 0 %s %s".formatted(WIDTH, HEIGHT))
            .with("role", "img")
            .with("aria-label", description());
    return element("figure", caption(), svg).with("class", "chart");
  }

  private Element caption() {
    var content = new ArrayList<Html>();
    content.add(element("b", text(title)));
    if (!note.isEmpty()) {
      content.add(text(" " + note));
    }
    var keys = new ArrayList<Html>();
    for (var curve : curves) {
      var last = format.text(curve.known().getLast().y());
      if (curves.size() == 1) {
        keys.add(element("span", text("last " + last)));
        continue;
      }
      var sample =
          element(
                  "svg",
                  element("path").with("class", "curve c" + curve.style()).with("d", "M0 5H24"))
              .with("viewBox", "0 0 24 10")
              .with("aria-hidden", "true");
      keys.add(element("span", sample, text(curve.name() + " "), element("b", text(last))));
    }
    content.add(element("span", keys).with("class", "key"));
    return element("figcaption", content);
  }

  private List<Html> grid(Axis yAxis) {
    var grid = new ArrayList<Html>();
    for (double tick : yAxis.ticks()) {
      double y = yAxis.place(tick, BOTTOM, TOP);
      grid.add(
          element("path")
              .with("class", tick == yAxis.low() ? "axis" : "rule")
              .with("d", "M%s %sH%s".formatted(LEFT, coordinate(y), RIGHT)));
      grid.add(label(format.tick(tick, yAxis.step()), LEFT - 6, y + 4, "end"));
    }
    for (double tick : xAxis.ticks()) {
      double x = xAxis.place(tick, LEFT, RIGHT);
      grid.add(
          element("path")
              .with("class", "axis")
              .with("d", "M%s %sv4".formatted(coordinate(x), BOTTOM)));
      grid.add(label(NumberFormat.PLAIN.tick(tick, xAxis.step()), x, BOTTOM + 18, "middle"));
    }
    grid.add(label(xName, LEFT - 12, BOTTOM + 18, "end"));
    return grid;
  }

  private static Element label(String words, double x, double y, String anchor) {
    return element("text", text(words))
        .with("x", coordinate(x))
        .with("y", coordinate(y))
        .with("text-anchor", anchor);
  }

  private Element line(Curve curve, Axis yAxis) {
    var path = new StringBuilder();
    boolean drawing = false;
    for (var point : curve.points()) {
      if (!Double.isFinite(point.y())) {
        drawing = false;
        continue;
      }
      var x = coordinate(xAxis.place(point.x(), LEFT, RIGHT));
      var y = coordinate(yAxis.place(point.y(), BOTTOM, TOP));
      if (drawing && curve.stepped()) {
        path.append('V').append(y).append('H').append(x);
      } else {
        path.append(drawing ? 'L' : 'M').append(x).append(' ').append(y);
      }
      drawing = true;
    }
    return element("path").with("class", "curve c" + curve.style()).with("d", path);
  }

  /// Hover targets at the points, drawn as dots if there are few.
  private List<Html> marks(Curve curve, Axis yAxis) {
    if (curve.stepped()) {
      return List.of(); // values change at the corners only
    }
    var known = curve.known();
    int stride = Math.ceilDiv(known.size(), MAX_MARKS);
    var marks = new ArrayList<Html>();
    for (int i = (known.size() - 1) % stride; i < known.size(); i += stride) {
      var point = known.get(i);
      var tip = "%s %s: %s".formatted(xName, NumberFormat.whole(point.x()), format.text(point.y()));
      marks.add(
          element(
                  "circle",
                  element("title", text(curves.size() == 1 ? tip : curve.name() + ", " + tip)))
              .with("class", known.size() <= MAX_DOTS ? "dot c" + curve.style() : "mark")
              .with("cx", coordinate(xAxis.place(point.x(), LEFT, RIGHT)))
              .with("cy", coordinate(yAxis.place(point.y(), BOTTOM, TOP)))
              .with("r", known.size() <= MAX_DOTS ? 3 : 6));
    }
    return marks;
  }

  /// The chart as text, for screen readers.
  private String description() {
    var words = new StringBuilder(title).append(" by ").append(xName);
    for (var curve : curves) {
      var known = curve.known();
      var first = known.getFirst();
      var last = known.getLast();
      words.append(
          ". %s: %s at %s, %s at %s"
              .formatted(
                  curve.name(),
                  format.text(first.y()),
                  NumberFormat.whole(first.x()),
                  format.text(last.y()),
                  NumberFormat.whole(last.x())));
    }
    return words.append('.').toString();
  }

  private static String coordinate(double value) {
    var text = String.format(Locale.ROOT, "%.1f", value);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }
}
