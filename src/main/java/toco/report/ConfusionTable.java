package toco.report;

import static toco.html.Html.element;
import static toco.html.Html.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import toco.html.Html;
import toco.html.Html.Element;

/// The segmentation's confusion matrix as a table of shares, coloured by size.
///
/// @param names of the classes, background first
/// @param counts pixels by true class (rows) and predicted class
record ConfusionTable(List<String> names, List<List<Long>> counts) {
  private static final int MISTAKES = 5;

  ConfusionTable {
    if (names.size() != counts.size()) {
      throw new IllegalArgumentException(
          "expected %s rows, got %s".formatted(names.size(), counts.size()));
    }
  }

  /// The table, in a box that scrolls if it is wider than the page.
  Element table() {
    var head = new ArrayList<Html>();
    head.add(element("td"));
    for (var name : names) {
      head.add(
          element("th", element("span", text(name))).with("scope", "col").with("class", "upright"));
    }
    var rows = new ArrayList<Html>();
    for (int truth = 0; truth < names.size(); truth++) {
      rows.add(row(truth));
    }
    var caption =
        element(
            "caption",
            text("Share in % of a true class's pixels (row) predicted as each class (column)."));
    var table =
        element("table", caption, element("thead", element("tr", head)), element("tbody", rows));
    return element("div", table.with("class", "confusion"))
        .with("class", "scroll")
        .with("role", "region")
        .with("aria-label", "Confusion matrix")
        .with("tabindex", 0);
  }

  private Element row(int truth) {
    var cells = new ArrayList<Html>();
    cells.add(element("th", text(names.get(truth))).with("scope", "row"));
    long all = ofTruth(truth);
    for (int predicted = 0; predicted < names.size(); predicted++) {
      if (all == 0) {
        cells.add(element("td", text("–")));
        continue;
      }
      double share = (double) counts.get(truth).get(predicted) / all;
      var cell = element("td", text(Math.round(100 * share)));
      if (truth == predicted || share >= 0.005) {
        cell =
            cell.with("class", truth == predicted ? "right" : "wrong")
                .with("style", String.format(Locale.ROOT, "--share:%.2f", share));
      } else {
        cell = cell.with("class", "little");
      }
      cells.add(cell);
    }
    return element("tr", cells);
  }

  private record Mistake(int truth, int predicted, long pixels) {}

  /// The pairs of classes with the most wrong pixels.
  Element mistakes() {
    var found = new ArrayList<Mistake>();
    for (int truth = 0; truth < names.size(); truth++) {
      for (int predicted = 0; predicted < names.size(); predicted++) {
        long pixels = counts.get(truth).get(predicted);
        if (truth != predicted && pixels > 0) {
          found.add(new Mistake(truth, predicted, pixels));
        }
      }
    }
    found.sort(Comparator.comparingLong(Mistake::pixels).reversed());
    if (found.isEmpty()) {
      return element("p", text("No pixel is predicted as another class."));
    }
    long all = counts.stream().flatMap(List::stream).mapToLong(Long::longValue).sum();
    var items = new ArrayList<Html>();
    for (var mistake : found.subList(0, Math.min(MISTAKES, found.size()))) {
      items.add(
          element(
              "li",
              element("b", text(names.get(mistake.truth))),
              text(" predicted as "),
              element("b", text(names.get(mistake.predicted))),
              text(
                  ": %s of its pixels, %s of all"
                      .formatted(
                          NumberFormat.PERCENT.text(
                              (double) mistake.pixels / ofTruth(mistake.truth)),
                          NumberFormat.PERCENT.text((double) mistake.pixels / all)))));
    }
    return element(
        "div",
        element("h3", text("Most frequent confusions")),
        element("ol", items).with("class", "list"));
  }

  private long ofTruth(int truth) {
    return counts.get(truth).stream().mapToLong(Long::longValue).sum();
  }
}
