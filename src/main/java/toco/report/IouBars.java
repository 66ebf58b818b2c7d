package toco.report;

import static toco.html.Html.element;
import static toco.html.Html.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import toco.eval.MapKind;
import toco.html.Html;
import toco.html.Html.Element;

/// IoU by class as bars, one per kind of map, as an HTML figure with an SVG drawing.
///
/// @param iou by class and kind, 0…1
record IouBars(Map<String, Map<MapKind, Double>> iou) {
  private static final int WIDTH = 400;
  private static final int LEFT = 116;
  private static final int RIGHT = WIDTH - 46;
  private static final int BAR = 12;
  private static final int GAP = 9;
  private static final int LONGEST_NAME = 16;

  Element figure() {
    var kinds = MapKind.in(iou.values().iterator().next());
    var drawing = new ArrayList<Html>();
    int rowHeight = kinds.size() * BAR + GAP;
    int height = iou.size() * rowHeight + 20;
    for (int percent = 0; percent <= 100; percent += 25) {
      int x = LEFT + (RIGHT - LEFT) * percent / 100;
      drawing.add(
          element("path")
              .with("class", percent == 0 ? "axis" : "rule")
              .with("d", "M%s 0V%s".formatted(x, height - 18)));
      drawing.add(
          element("text", text(percent))
              .with("x", x)
              .with("y", height - 4)
              .with("text-anchor", "middle"));
    }
    int top = GAP / 2;
    for (var row : iou.entrySet()) {
      drawing.add(name(row.getKey(), top + kinds.size() * BAR / 2.0 + 4));
      for (int i = 0; i < kinds.size(); i++) {
        double share = row.getValue().getOrDefault(kinds.get(i), Double.NaN);
        drawing.addAll(bar(kinds.get(i), share, top + i * BAR));
      }
      top += rowHeight;
    }
    var svg =
        element("svg", drawing)
            .with("viewBox", "0 0 %s %s".formatted(WIDTH, height))
            .with("role", "img")
            .with("aria-label", "IoU by class as bars; the table next to it has the numbers.");
    var keys = new ArrayList<Html>();
    for (var kind : kinds) {
      var sample =
          element(
                  "svg",
                  element("path").with("class", "bar f" + style(kind)).with("d", "M0 0H14V10H0Z"))
              .with("viewBox", "0 0 14 10")
              .with("aria-hidden", "true");
      keys.add(element("span", sample, text(kind.label())));
    }
    var caption =
        element(
            "figcaption",
            element("b", text("IoU by class, %")),
            element("span", keys).with("class", "key"));
    return element("figure", caption, svg).with("class", "chart");
  }

  /// The style of a kind, the same in all charts.
  static int style(MapKind kind) {
    return switch (kind) {
      case SEG -> 0;
      case CAM -> 1;
      case CAM_AUX -> 2;
      case CRF, SEG_LABELS_KNOWN, CRF_LABELS_KNOWN -> 3; // a run has no CRF
      case LAM -> 4;
      case FUSED -> 5;
    };
  }

  private static Element name(String name, double y) {
    boolean fits = name.length() <= LONGEST_NAME;
    var shortName = fits ? name : name.substring(0, LONGEST_NAME - 1) + "…";
    var label =
        fits
            ? element("text", text(shortName))
            : element("text", text(shortName), element("title", text(name)));
    return label.with("x", LEFT - 8).with("y", y).with("text-anchor", "end");
  }

  private static List<Html> bar(MapKind kind, double share, int top) {
    if (Double.isNaN(share)) {
      return List.of();
    }
    double length = (RIGHT - LEFT) * share;
    var bar =
        element("path")
            .with("class", "bar f" + style(kind))
            .with(
                "d",
                String.format(Locale.ROOT, "M%d %dh%.1fv%dH%dZ", LEFT, top, length, BAR - 1, LEFT));
    var number =
        element("text", text(NumberFormat.PERCENT.text(share)))
            .with("class", "small")
            .with("x", String.format(Locale.ROOT, "%.1f", LEFT + length + 4))
            .with("y", top + BAR - 1);
    return List.of(bar, number);
  }
}
