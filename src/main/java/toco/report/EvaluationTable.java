package toco.report;

import static toco.html.Html.element;
import static toco.html.Html.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import toco.eval.MapKind;
import toco.html.Html;
import toco.html.Html.Element;
import toco.run.LoggedEvaluation;

/// Scores as tables: by evaluation and by class.
final class EvaluationTable {
  private EvaluationTable() {}

  /// A collapsed table with one row per evaluation; the best segmentation is marked.
  ///
  /// @param title of the table
  static Element of(String title, List<LoggedEvaluation> evaluations) {
    var kinds = MapKind.in(evaluations.getLast().miou());
    var head = new ArrayList<Html>();
    head.add(column("step"));
    kinds.forEach(kind -> head.add(column(kind.label() + " mIoU")));
    for (var name : List.of("pixel accuracy", "class F1", "patch cosine", "seconds")) {
      head.add(column(name));
    }
    var best =
        evaluations.stream()
            .max(Comparator.comparingDouble(it -> it.miou().getOrDefault(MapKind.SEG, 0.0)));
    var rows = new ArrayList<Html>();
    for (var evaluation : evaluations) {
      var cells = new ArrayList<Html>();
      boolean isBest = evaluations.size() > 1 && best.filter(evaluation::equals).isPresent();
      var step = NumberFormat.whole(evaluation.step()) + (isBest ? " (best)" : "");
      cells.add(element("th", text(step)).with("scope", "row"));
      for (var kind : kinds) {
        cells.add(percent(evaluation.miou(kind)));
      }
      cells.add(percent(evaluation.pixelAccuracy()));
      cells.add(percent(evaluation.classF1()));
      cells.add(number(NumberFormat.PLAIN.orDash(evaluation.patchCosine())));
      cells.add(number(NumberFormat.PLAIN.orDash(evaluation.seconds())));
      rows.add(element("tr", cells));
    }
    var table =
        element("table", element("thead", element("tr", head)), element("tbody", rows))
            .with("class", "numbers");
    var box =
        element("div", table)
            .with("class", "scroll")
            .with("role", "region")
            .with("aria-label", title)
            .with("tabindex", 0);
    return element("details", element("summary", text(title)), box).with("class", "note wide");
  }

  /// IoU by class, one column per kind of map, and the means in the last row.
  static Element ofClasses(LoggedEvaluation evaluation) {
    var kinds = MapKind.in(evaluation.miou());
    var head = new ArrayList<Html>();
    head.add(column("class"));
    kinds.forEach(kind -> head.add(column(kind.label())));
    var rows = new ArrayList<Html>();
    evaluation
        .iou()
        .forEach((name, iou) -> {
          var cells = new ArrayList<Html>();
          cells.add(element("th", text(name)).with("scope", "row"));
          kinds.forEach(kind -> cells.add(percent(iou.getOrDefault(kind, Double.NaN))));
          rows.add(element("tr", cells));
        });
    var mean = new ArrayList<Html>();
    mean.add(element("th", text("mean")).with("scope", "row"));
    kinds.forEach(kind -> mean.add(percent(evaluation.miou(kind))));
    return element(
            "table",
            element("caption", text("IoU by class")),
            element("thead", element("tr", head)),
            element("tbody", rows),
            element("tfoot", element("tr", mean)))
        .with("class", "numbers");
  }

  static Element column(String name) {
    return element("th", text(name)).with("scope", "col");
  }

  private static Element percent(double share) {
    return number(NumberFormat.PERCENT.orDash(share));
  }

  private static Element number(String words) {
    return element("td", text(words));
  }
}
