package toco.report;

import static toco.html.Html.element;
import static toco.html.Html.text;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import toco.config.Config;
import toco.html.Html;
import toco.html.Html.Element;
import toco.html.WebPage;
import toco.recipes.Recipes;
import toco.run.LoggedEvaluation;
import toco.run.RunHistory;

/// The page: main results, curves, scores by class, images, environment.
///
/// @param run the run's folder
/// @param notes what is missing on the page, and why
record ReportPage(
    Path run, Config config, RunHistory history, Optional<Gallery> gallery, List<String> notes) {

  String html() {
    var name = String.valueOf(run.toAbsolutePath().normalize().getFileName());
    var evaluation = evaluation();
    var curves = new CurveSections(history, Recipes.of(config).losses(), config.train().maxIters());
    var sections = new ArrayList<Element>();
    if (!history.steps().isEmpty()) {
      sections.add(curves.losses());
    }
    evaluation.ifPresent(it -> sections.addAll(scores(it, curves)));
    gallery.ifPresent(it -> sections.add(new GallerySection(it).section()));
    smoothing(curves).ifPresent(sections::add);
    if (!history.steps().isEmpty()) {
      sections.add(curves.speed());
    }
    sections.add(new EnvironmentSection(config, history).section());

    var content = new ArrayList<Html>();
    content.add(element("h1", text(name)));
    content.add(element("p", text(progress())).with("class", "lead"));
    notes.forEach(note -> content.add(element("p", text(note)).with("class", "warning")));
    content.add(new KeyResults(config, history, evaluation).list());
    content.add(contents(sections));
    content.addAll(sections);
    content.add(element("footer", element("p", text("Written by toco report %s.".formatted(run)))));
    return new WebPage(name + " – ToCo", ReportStyle.CSS, content).html();
  }

  /// The evaluation of the gallery's checkpoint, else the last.
  private Optional<LoggedEvaluation> evaluation() {
    return history.evaluationAt(gallery.map(Gallery::step).orElse(history.lastStep()));
  }

  private String progress() {
    long last = history.lastStep();
    int all = config.train().maxIters();
    return last >= all
        ? "All %s steps done.".formatted(NumberFormat.whole(last))
        : "%s of %s steps so far.".formatted(NumberFormat.whole(last), NumberFormat.whole(all));
  }

  /// Links to the sections.
  private static Element contents(List<Element> sections) {
    var links = new ArrayList<Html>();
    for (var section : sections) {
      var id =
          section.attributes().stream()
              .filter(attribute -> attribute.getKey().equals("id"))
              .findFirst()
              .orElseThrow()
              .getValue();
      var heading = ((Element) section.children().getFirst()).children();
      links.add(element("li", element("a", heading).with("href", "#" + id)));
    }
    return element("nav", element("ul", links)).with("aria-label", "Sections");
  }

  private List<Element> scores(LoggedEvaluation evaluation, CurveSections curves) {
    var overTime = new ArrayList<Html>();
    overTime.add(element("h2", text("Scores over training")));
    overTime.addAll(curves.scores());
    var found = new ArrayList<Element>();
    found.add(element("section", overTime).with("id", "scores"));
    var which =
        "Step %s, %s images of the split “%s”."
            .formatted(
                NumberFormat.whole(evaluation.step()),
                NumberFormat.whole(evaluation.images()),
                config.eval().split());
    if (!evaluation.iou().isEmpty()) {
      found.add(
          element(
                  "section",
                  element("h2", text("Scores by class")),
                  element("p", text(which)).with("class", "lead"),
                  element(
                          "div",
                          new IouBars(evaluation.iou()).figure(),
                          EvaluationTable.ofClasses(evaluation))
                      .with("class", "columns"))
              .with("id", "classes"));
    }
    if (!evaluation.confusion().isEmpty()) {
      var table =
          new ConfusionTable(List.copyOf(evaluation.iou().keySet()), evaluation.confusion());
      var content = new ArrayList<Html>();
      content.add(element("h2", text("Confusion matrix")));
      content.add(element("p", text("The segmentation. " + which)).with("class", "lead"));
      content.add(element("div", table.table(), table.mistakes()).with("class", "beside"));
      found.add(element("section", content).with("id", "confusion"));
    }
    return found;
  }

  private Optional<Element> smoothing(CurveSections curves) {
    var charts = curves.smoothing(gallery);
    if (charts.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        element(
                "section",
                element("h2", text("Over-smoothing")),
                element(
                        "p",
                        text(
                            "The mean cosine between the patch tokens of an image. Near 1 the"
                                + " network over-smooths: its tokens are almost equal, and CAMs"
                                + " spread beyond the object. The patch-token contrast counteracts"
                                + " that."))
                    .with("class", "lead"),
                element("div", charts).with("class", "charts"))
            .with("id", "smoothing"));
  }
}
