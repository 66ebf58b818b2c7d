package toco.report;

import static toco.html.Html.element;
import static toco.html.Html.text;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import toco.eval.MapKind;
import toco.html.Html;
import toco.html.Html.Element;
import toco.loss.LossSchedule;
import toco.loss.LossTerm;
import toco.run.LoggedEvaluation;
import toco.run.LoggedStep;
import toco.run.RunHistory;

/// The sections with curves over training steps: losses, scores, over-smoothing, speed.
///
/// @param history the run's metrics
/// @param terms of the run's recipe
/// @param maxIters number of steps of the whole run
record CurveSections(RunHistory history, LossSchedule terms, long maxIters) {
  /// Losses, their weights and the learning rates.
  Element losses() {
    var plain = plainTerms();
    var charts = new ArrayList<Html>();
    add(charts, loss(LossSchedule.TOTAL, "Total", "weighted sum", 0));
    for (var term : loggedTerms()) {
      double untrained = untrainedUntil(term.key());
      var note = (untrained > 0 ? "(%s) shaded: weight 0" : "(%s)").formatted(term.key());
      add(charts, loss(term.key(), term.title(), note, untrained));
    }
    add(
        charts,
        chart(
            "Loss weights",
            "",
            NumberFormat.PLAIN,
            0,
            curves(LoggedStep::weights).stream()
                .filter(curve -> plain.stream().noneMatch(term -> term.key().equals(curve.name())))
                .map(Curve::asSteps)
                .toList()));
    add(
        charts,
        chart(
            "Learning rates",
            "of the next step",
            NumberFormat.PLAIN,
            0,
            curves(LoggedStep::learningRates)));
    var content = new ArrayList<Html>();
    content.add(element("h2", text("Losses and schedules")));
    content.add(
        element(
                "p",
                text(
                    "Means since the previous log line; only the total is weighted."
                        + (plain.isEmpty() ? "" : " Weight 1: " + titles(plain) + ".")))
            .with("class", "lead"));
    content.add(element("div", charts).with("class", "charts"));
    return element("section", content).with("id", "losses");
  }

  /// The recipe's terms, and others in the log: those of a recipe of another program.
  private List<LossTerm> loggedTerms() {
    var all = new ArrayList<>(terms.terms());
    curves(LoggedStep::weights).stream()
        .map(Curve::name)
        .filter(key -> !terms.names().contains(key))
        .forEach(key -> all.add(new LossTerm(key, key)));
    return all;
  }

  /// The terms that have weight 1 throughout; a chart of it would show nothing.
  private List<LossTerm> plainTerms() {
    return terms.entries().stream()
        .filter(entry -> entry.weight() == 1 && entry.firstIteration() == 0)
        .map(LossSchedule.Entry::term)
        .toList();
  }

  private static String titles(List<LossTerm> terms) {
    return terms.stream().map(LossTerm::title).collect(Collectors.joining(", "));
  }

  private CurveChart loss(String key, String title, String note, double untrained) {
    var curve =
        Curve.of(title, 0, history.steps(), LoggedStep::step, at(LoggedStep::losses, key)::apply);
    return chart(title, note, NumberFormat.PLAIN, untrained, List.of(curve));
  }

  /// Scores of all evaluations, as curves and as a table.
  List<Html> scores() {
    var evaluations = history.evaluations();
    var miou = new ArrayList<Curve>();
    for (var kind : MapKind.in(evaluations.getLast().miou())) {
      miou.add(
          Curve.of(
              kind.label(),
              IouBars.style(kind),
              evaluations,
              LoggedEvaluation::step,
              evaluation -> evaluation.miou(kind)));
    }
    var classes =
        List.of(
            Curve.of("class F1", 4, evaluations, LoggedEvaluation::step, LoggedEvaluation::classF1),
            Curve.of(
                "pixel accuracy",
                0,
                evaluations,
                LoggedEvaluation::step,
                LoggedEvaluation::pixelAccuracy));
    var charts = new ArrayList<Html>();
    add(charts, chart("Mean IoU", "", NumberFormat.PERCENT, 0, miou));
    add(charts, chart("Classes and pixels", "", NumberFormat.PERCENT, 0, classes));
    var page = new ArrayList<Html>();
    page.add(element("div", charts).with("class", "charts"));
    if (MapKind.in(evaluations.getLast().miou()).stream().anyMatch(MapKind::labelsKnown)) {
      page.add(element("p", text(MapKind.LABELS_KNOWN_REMARK)).with("class", "note"));
    }
    page.add(EvaluationTable.of(evaluations));
    return page;
  }

  /// Mean cosine between patch tokens over training and, for the images of the gallery, by block;
  /// empty if it was not logged.
  List<Html> smoothing(Optional<Gallery> gallery) {
    var charts = new ArrayList<Html>();
    var curve =
        Curve.of(
            "cosine",
            2,
            history.evaluations(),
            LoggedEvaluation::step,
            LoggedEvaluation::patchCosine);
    add(
        charts,
        chart("Over training", "after the last norm", NumberFormat.PLAIN, 0, List.of(curve)));
    gallery.ifPresent(it -> add(charts, byBlock(it)));
    return charts;
  }

  private static CurveChart byBlock(Gallery gallery) {
    var cosine = gallery.blockCosine();
    var points = new ArrayList<Curve.Point>();
    for (int i = 0; i < cosine.size(); i++) {
      points.add(new Curve.Point(i + 1.0, cosine.get(i)));
    }
    return new CurveChart(
        "By block",
        "of the %s images, before the last norm".formatted(gallery.images().size()),
        "block",
        Axis.ofSteps(points.size(), Math.min(points.size(), 6)),
        NumberFormat.PLAIN,
        0,
        List.of(new Curve("cosine", 2, points, false)));
  }

  /// Speed, waiting for data, memory.
  Element speed() {
    var steps = history.steps();
    var charts = new ArrayList<Html>();
    add(
        charts,
        chart(
            "Speed",
            "images/s",
            NumberFormat.PLAIN,
            0,
            List.of(
                Curve.of("images/s", 0, steps, LoggedStep::step, LoggedStep::imagesPerSecond))));
    add(
        charts,
        chart(
            "Waiting for data",
            "share of the time",
            NumberFormat.PERCENT,
            0,
            List.of(Curve.of("waiting", 1, steps, LoggedStep::step, LoggedStep::dataWaitShare))));
    add(
        charts,
        chart(
            "Memory",
            "of the process, MB",
            NumberFormat.MEGABYTES,
            0,
            List.of(
                Curve.of("resident", 0, steps, LoggedStep::step, LoggedStep::residentBytes),
                Curve.of("peak", 2, steps, LoggedStep::step, LoggedStep::peakResidentBytes))));
    return element(
            "section",
            element("h2", text("Speed and memory")),
            element("div", charts).with("class", "charts"))
        .with("id", "speed");
  }

  /// One curve for each name that occurs in any line.
  private List<Curve> curves(Function<LoggedStep, Map<String, Double>> values) {
    var names = new LinkedHashSet<String>();
    history.steps().forEach(step -> names.addAll(values.apply(step).keySet()));
    var curves = new ArrayList<Curve>();
    for (var name : names) {
      int style = curves.size() % Curve.STYLES;
      curves.add(Curve.of(name, style, history.steps(), LoggedStep::step, at(values, name)::apply));
    }
    return curves;
  }

  private static Function<LoggedStep, Double> at(
      Function<LoggedStep, Map<String, Double>> values, String key) {
    return step -> values.apply(step).getOrDefault(key, Double.NaN);
  }

  /// The last step before a term's weight becomes positive; 0 if it is from the start.
  private double untrainedUntil(String term) {
    long until = 0;
    for (var step : history.steps()) {
      if (step.weights().getOrDefault(term, 1.0) != 0) {
        break;
      }
      until = step.step();
    }
    return until;
  }

  private CurveChart chart(
      String title, String note, NumberFormat format, double shadedUntil, List<Curve> curves) {
    var axis = Axis.ofSteps(Math.max(history.lastStep(), maxIters), 4);
    return new CurveChart(title, note, "step", axis, format, shadedUntil, curves);
  }

  private static void add(List<Html> charts, CurveChart chart) {
    if (!chart.isEmpty()) {
      charts.add(chart.figure());
    }
  }
}
