package toco.reproduce;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.checkpoint.Checkpoint;
import toco.eval.MapKind;
import toco.files.Json;
import toco.prepare.PublishedLists;
import toco.run.LoggedStep;

/// Our results and the published ones. Values that one side does not have are NaN, and null in
/// JSON.
///
/// @param recipe the published run
/// @param dryRun whether our results are meaningless
/// @param remarks where lists, weights or settings differ from the published ones
/// @param scores mean IoU in per cent
/// @param losses means since the previous log line
public record PublishedComparison(
    PublishedRecipe recipe,
    boolean dryRun,
    List<String> remarks,
    List<Score> scores,
    List<Loss> losses) {
  /// The factor by which a loss may differ from the published one. Around the end of the published
  /// logs, lines of a run differ from their mean by factors of at most 0.71 to 1.40; the first line
  /// also depends on the random initialisation of the heads.
  private static final double BAND_FIRST = 2;

  private static final double BAND_LAST = 1.5;

  /// Between them, where losses fall and terms join.
  private static final double BAND_BETWEEN = 2;

  private static final double BAND_BY_MAGNITUDE = 10;

  public PublishedComparison {
    remarks = List.copyOf(remarks);
    scores = List.copyOf(scores);
    losses = List.copyOf(losses);
  }

  /// @param protocol name of the protocol
  /// @param list file of the list and its number of images
  /// @param map kind of label map
  /// @param note for the reader; may be empty
  public record Score(
      String protocol, String list, String map, double ours, double published, String note) {
    /// Ours minus the published one, in percentage points.
    double difference() {
      return ours - published;
    }
  }

  /// @param step step of our run
  /// @param iteration iteration of the published run
  /// @param term its name in our logs
  /// @param band the factor by which the two may differ
  public record Loss(
      int step, int iteration, String term, double ours, double published, double band) {
    /// Ours divided by the published one.
    double ratio() {
      return ours / published;
    }

    /// Whether the two differ by more than is to be expected from chance; also by their sign.
    boolean departs() {
      return ratio() > band || ratio() < 1 / band;
    }
  }

  static PublishedComparison of(
      Plan plan, List<String> remarks, List<CompletedRun.Score> ours, List<LoggedStep> log) {
    var published = plan.recipe().published();
    var scores = new ArrayList<Score>();
    ours.forEach(score -> scores.add(score(score, published)));
    for (var other : published.others()) {
      scores.add(
          new Score(
              other.protocol(),
              other.list(),
              other.kind().heading(),
              Double.NaN,
              other.percent(),
              other.note()));
    }
    var test = published.test();
    var list = plan.recipe().lists().test();
    if (test != null && list != null) {
      scores.add(score(test, list, plan));
    }
    var all = new ArrayList<>(remarks);
    all.addAll(published.remarks());
    if (published.labelsKnown()) {
      all.add(MapKind.LABELS_KNOWN_REMARK);
    }
    return new PublishedComparison(plan.recipe(), plan.dryRun(), all, scores, losses(plan, log));
  }

  private static Score score(CompletedRun.Score ours, PublishedRun published) {
    var theirs =
        published.scores().stream()
            .filter(score -> score.protocol().toString().equals(ours.protocol()))
            .filter(score -> score.kind() == ours.kind())
            .findFirst();
    var notes = new ArrayList<String>();
    notes.add(ours.note());
    theirs.map(PublishedRun.Score::note).ifPresent(notes::add);
    notes.removeIf(String::isEmpty);
    return new Score(
        ours.protocol(),
        String.format(Locale.ROOT, "%s, %,d", ours.list(), ours.images()),
        ours.kind().heading(),
        ours.percent(),
        theirs.map(PublishedRun.Score::percent).orElse(Double.NaN),
        String.join("; ", notes));
  }

  private static Score score(PublishedRun.Test test, PublishedLists.Names list, Plan plan) {
    var how = test.how().isEmpty() ? "" : test.how() + "; ";
    var note =
        ("%sby VOC's server: bin/toco submit voc-test %s/config.yaml --checkpoint %s --protocol %s"
                + " --out results.tgz --set data.testList=lists/%s")
            .formatted(
                how,
                plan.runDir(),
                Checkpoint.file(plan.runDir(), plan.training().train().maxIters()),
                test.protocol(),
                list.file());
    return new Score(
        test.protocol().toString(),
        String.format(Locale.ROOT, "%s, %,d", list.file(), list.count()),
        MapKind.CRF.heading(),
        Double.NaN,
        test.percent(),
        note);
  }

  private static List<Loss> losses(Plan plan, List<LoggedStep> log) {
    var losses = new ArrayList<Loss>();
    var lines = plan.lossLines();
    for (var line : lines) {
      int step = plan.stepFor(line);
      double band =
          line.equals(lines.getFirst())
              ? BAND_FIRST
              : line.equals(lines.getLast()) ? BAND_LAST : BAND_BETWEEN;
      var ours =
          log.stream()
              .filter(logged -> logged.step() == step)
              .findFirst()
              .map(LoggedStep::losses)
              .orElse(Map.of());
      line.terms()
          .forEach((term, value) ->
              losses.add(
                  new Loss(
                      step,
                      line.iteration(),
                      term,
                      ours.getOrDefault(term, Double.NaN),
                      value,
                      plan.recipe().published().byMagnitude().contains(term)
                          ? BAND_BY_MAGNITUDE
                          : band)));
    }
    return losses;
  }

  /// The losses that differ by more than allowed.
  List<Loss> departures() {
    return losses.stream().filter(Loss::departs).toList();
  }

  /// The comparison as a JSON object: `scores` and `losses` as in the text.
  Map<String, @Nullable Object> toJson() {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("recipe", recipe.toString());
    json.put("dryRun", dryRun);
    json.put("remarks", remarks);
    json.put("scores", scores.stream().map(PublishedComparison::json).toList());
    json.put("losses", losses.stream().map(PublishedComparison::json).toList());
    json.put("departures", departures().size());
    return json;
  }

  private static Map<String, @Nullable Object> json(Score score) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("protocol", score.protocol);
    json.put("list", score.list);
    json.put("map", score.map);
    json.put("ours", Json.orNull(score.ours));
    json.put("published", Json.orNull(score.published));
    json.put("difference", Json.orNull(score.difference()));
    json.put("note", score.note);
    return json;
  }

  private static Map<String, @Nullable Object> json(Loss loss) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("step", loss.step);
    json.put("publishedIteration", loss.iteration);
    json.put("term", loss.term);
    json.put("ours", Json.orNull(loss.ours));
    json.put("published", loss.published);
    json.put("ratio", Json.orNull(loss.ratio()));
    json.put("allowedFactor", loss.band);
    json.put("departs", loss.departs());
    return json;
  }
}
