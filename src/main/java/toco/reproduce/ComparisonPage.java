package toco.reproduce;

import java.util.Locale;

/// Writes a comparison as Markdown that is also readable on a terminal.
final class ComparisonPage {
  private ComparisonPage() {}

  static String of(PublishedComparison comparison) {
    var text = new StringBuilder("# %s, ours and published\n\n".formatted(comparison.recipe()));
    if (comparison.dryRun()) {
      text.append(
          "A dry run with a small network on synthetic shapes: its results cannot be compared with"
              + " the published ones.\n\n");
    }
    text.append(scoreTable(comparison));
    for (var score : comparison.scores()) {
      if (!score.note().isEmpty()) {
        text.append("\n%s, %s: %s\n".formatted(score.protocol(), score.map(), score.note()));
      }
    }
    text.append("\n## Losses\n\nMeans since the previous log line.\n\n");
    text.append(lossTable(comparison)).append('\n').append(verdict(comparison));
    text.append("\n## Remarks\n\n");
    comparison.remarks().forEach(remark -> text.append("- ").append(remark).append('\n'));
    return text.toString();
  }

  private static MarkdownTable scoreTable(PublishedComparison comparison) {
    var table = new MarkdownTable("protocol", "list", "mIoU of", "ours", "published", "difference");
    for (var score : comparison.scores()) {
      table.row(
          score.protocol(),
          score.list(),
          score.map(),
          number("%.2f", score.ours()),
          number("%.2f", score.published()),
          number("%+.2f", score.difference()));
    }
    return table;
  }

  private static MarkdownTable lossTable(PublishedComparison comparison) {
    var table =
        new MarkdownTable(
            "step", "published at", "term", "ours", "published", "ratio", "allowed", "");
    for (var loss : comparison.losses()) {
      table.row(
          String.valueOf(loss.step()),
          String.valueOf(loss.iteration()),
          loss.term(),
          number("%.4f", loss.ours()),
          number("%.4f", loss.published()),
          number("%.2f", loss.ratio()),
          String.format(Locale.ROOT, "%.2f–%.2f", 1 / loss.band(), loss.band()),
          loss.departs() ? "departs" : "");
    }
    return table;
  }

  private static String verdict(PublishedComparison comparison) {
    var losses = comparison.losses();
    long compared = losses.stream().filter(loss -> !Double.isNaN(loss.ours())).count();
    var text =
        ("%s of the %s losses compared depart from the published log by more than the allowed"
                + " factor.\n")
            .formatted(comparison.departures().size(), compared);
    return compared == losses.size()
        ? text
        : text + "%s have no line in our log.\n".formatted(losses.size() - compared);
  }

  private static String number(String format, double value) {
    return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, format, value);
  }
}
