package toco.report;

import static toco.html.Html.element;
import static toco.html.Html.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import toco.config.Config;
import toco.eval.MapKind;
import toco.html.Html;
import toco.html.Html.Element;
import toco.run.LoggedEvaluation;
import toco.run.LoggedStep;
import toco.run.RunHistory;

/// The main results, at the top of the page.
///
/// @param evaluation that the scores are from
record KeyResults(Config config, RunHistory history, Optional<LoggedEvaluation> evaluation) {

  Element list() {
    var tiles = new ArrayList<Html>();
    evaluation.ifPresent(it -> addScores(it, tiles));
    var steps = history.steps();
    if (!steps.isEmpty()) {
      if (evaluation.isEmpty()) {
        addIfKnown(
            tiles,
            "total loss",
            NumberFormat.PLAIN,
            steps.getLast().losses().getOrDefault("total", Double.NaN));
      }
      addIfKnown(tiles, "images/s", NumberFormat.PLAIN, medianSpeed());
      addIfKnown(tiles, "peak memory", NumberFormat.MEGABYTES, steps.getLast().peakResidentBytes());
      var timings = Timings.of(history, config.train());
      tiles.add(tile("training", Timings.text(timings.training())));
    }
    return element("dl", tiles).with("class", "figures");
  }

  private static void addScores(LoggedEvaluation evaluation, List<Html> tiles) {
    for (var kind : MapKind.in(evaluation.miou())) {
      addIfKnown(tiles, kind.label() + " mIoU", NumberFormat.PERCENT, evaluation.miou(kind));
    }
    addIfKnown(tiles, "class F1", NumberFormat.PERCENT, evaluation.classF1());
    addIfKnown(tiles, "patch cosine", NumberFormat.PLAIN, evaluation.patchCosine());
  }

  private double medianSpeed() {
    var speeds =
        history.steps().stream()
            .mapToDouble(LoggedStep::imagesPerSecond)
            .filter(Double::isFinite)
            .sorted()
            .toArray();
    return speeds.length == 0 ? Double.NaN : speeds[speeds.length / 2];
  }

  private static void addIfKnown(List<Html> tiles, String name, NumberFormat format, double value) {
    if (!Double.isNaN(value)) {
      tiles.add(tile(name, format.text(value)));
    }
  }

  private static Element tile(String name, String value) {
    return element("div", element("dt", text(name)), element("dd", text(value)));
  }
}
