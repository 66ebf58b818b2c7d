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
import toco.run.LoggedStep;

/// Our figures beside the published ones. What a side lacks is NaN, and null in JSON.
///
/// @param recipe which run
/// @param dryRun whether ours mean nothing
/// @param remarks where lists, weights or settings are not as published
/// @param scores mean IoU in per cent
/// @param losses means since the log line before
public record PublishedComparison(
    Recipe recipe, boolean dryRun, List<String> remarks, List<Score> scores, List<Loss> losses) {
  /// How far a loss may lie from the published one. Around the end of the published logs, lines a
  /// run apart from one another by at most 0.71 to 1.40 of their mean; the first line hangs on how
  /// the heads happened to be initialised as well.
  private static final double BAND_FIRST = 2;

  private static final double BAND_LAST = 1.5;

  public PublishedComparison {
    remarks = List.copyOf(remarks);
    scores = List.copyOf(scores);
    losses = List.copyOf(losses);
  }

  /// @param protocol name of the protocol
  /// @param list file of the list, and how many images of it
  /// @param map kind of label map
  /// @param note for people; may be empty
  public record Score(
      String protocol, String list, String map, double ours, double published, String note) {
    /// Ours less theirs, in points.
    double difference() {
      return ours - published;
    }
  }

  /// @param step of our run
  /// @param iteration of the published one
  /// @param term as our logs call it
  /// @param band by how great a factor the two may differ
  public record Loss(
      int step, int iteration, String term, double ours, double published, double band) {
    /// Ours over theirs.
    double ratio() {
      return ours / published;
    }

    /// Whether the two differ by more than chance would have it.
    boolean departs() {
      return ratio() > band || ratio() < 1 / band;
    }
  }

  static PublishedComparison of(
      Plan plan, List<String> remarks, List<CompletedRun.Score> ours, List<LoggedStep> log) {
    var published = plan.recipe().published();
    var scores = new ArrayList<Score>();
    for (var score : ours) {
      var list = String.format(Locale.ROOT, "%s, %,d", score.list(), score.images());
      scores.add(
          new Score(
              score.protocol(),
              list,
              score.kind().heading(),
              score.percent(),
              published(published, score.protocol(), score.kind()),
              score.note()));
    }
    var test = plan.recipe().lists().test();
    if (test != null) {
      var note =
          ("by VOC's server: bin/toco submit voc-test %s/config.yaml --checkpoint %s "
                  + "--out results.tgz --set data.testList=lists/%s")
              .formatted(
                  plan.runDir(),
                  Checkpoint.file(plan.runDir(), plan.training().train().maxIters()),
                  test.file());
      var list = String.format(Locale.ROOT, "%s, %,d", test.file(), test.count());
      scores.add(
          new Score(
              published.lastProtocol().toString(),
              list,
              MapKind.CRF.heading(),
              Double.NaN,
              published.testPercent(),
              note));
    }
    return new PublishedComparison(
        plan.recipe(), plan.dryRun(), remarks, scores, losses(plan, log));
  }

  private static double published(PublishedRun run, String protocol, MapKind kind) {
    return run.scores().stream()
        .filter(score -> score.protocol().toString().equals(protocol) && score.kind() == kind)
        .mapToDouble(PublishedRun.Score::percent)
        .findFirst()
        .orElse(Double.NaN);
  }

  private static List<Loss> losses(Plan plan, List<LoggedStep> log) {
    var losses = new ArrayList<Loss>();
    var lines = plan.recipe().published().losses();
    for (var line : lines) {
      int step = plan.stepFor(line);
      double band = line.equals(lines.getFirst()) ? BAND_FIRST : BAND_LAST;
      var ours =
          log.stream()
              .filter(logged -> logged.step() == step)
              .findFirst()
              .map(LoggedStep::losses)
              .orElse(Map.of());
      line.byTerm()
          .forEach((term, value) ->
              losses.add(
                  new Loss(
                      step,
                      line.iteration(),
                      term,
                      ours.getOrDefault(term, Double.NaN),
                      value,
                      band)));
    }
    return losses;
  }

  /// The losses that depart.
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
