package toco.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/// The results of `bench gpu` as text.
final class GpuTable {
  private static final int LISTED_GAPS = 5;
  private static final int NAME_LENGTH = 60;

  private GpuTable() {}

  /// @param result as `gpu.json` has it
  static String of(JsonNode result) {
    var text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s, %s; LibTorch %s, Java %s, %s, %d cores; %.0f of %.0f s\n",
            result.path("card").asString("card unknown"),
            result.path("device").asString(""),
            result.path("libtorch").asString(""),
            result.path("java").asString(""),
            result.path("processor").asString(""),
            result.path("cores").asInt(0),
            result.path("seconds").asDouble(0),
            result.path("limitSeconds").asDouble(0)));
    for (var section : result.path("sections")) {
      var note = section.path("note").asString("");
      text.append(
          String.format(
              Locale.ROOT,
              "\n%s: %s in %.0f s%s\n",
              section.path("name").asString(""),
              section.path("status").asString(""),
              section.path("seconds").asDouble(0),
              note.isEmpty() ? "" : "; " + note));
      text.append(rows(section.path("name").asString(""), section.path("rows")));
    }
    return text.toString();
  }

  private static String rows(String section, JsonNode rows) {
    return switch (section) {
      case "tests" -> tests(rows);
      case "parity" -> parity(rows);
      case "steps" -> steps(rows);
      case "trace" -> trace(rows);
      case "loader" -> loader(rows);
      default -> demo(rows);
    };
  }

  private static String tests(JsonNode rows) {
    var text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "  %d passed, %d failed, %d skipped, %d unfinished\n",
            rows.path("passed").size(),
            rows.path("failed").size(),
            rows.path("skipped").size(),
            rows.path("unfinished").size()));
    for (var failed : rows.path("failed").properties()) {
      text.append(
          String.format(
              Locale.ROOT, "  FAILED %s: %s\n", failed.getKey(), failed.getValue().asString("")));
    }
    for (var unfinished : rows.path("unfinished")) {
      text.append(String.format(Locale.ROOT, "  UNFINISHED %s\n", unfinished.asString("")));
    }
    return text.toString();
  }

  private static String parity(JsonNode rows) {
    var text = new StringBuilder();
    for (var folder : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %-40s %4d cases, %5d tensors, %3d missed, %3d of the CPU alone\n",
              folder.path("directory").asString(""),
              folder.path("cases").asInt(0),
              folder.path("tensors").asInt(0),
              folder.path("failed").asInt(0),
              folder.path("skipped").size()));
      for (var row : folder.path("rows")) {
        if (!row.path("pass").asBoolean(true)) {
          text.append(
              String.format(
                  Locale.ROOT,
                  "    MISS %s %s: %.2e, tolerance %s %s\n",
                  row.path("file").asString(""),
                  row.path("tensor").asString(""),
                  row.path("error").asDouble(Double.NaN),
                  row.path("tolerance").asString(""),
                  row.path("note").asString("")));
        }
      }
    }
    return text.toString();
  }

  private static String steps(JsonNode rows) {
    var text = new StringBuilder(STEPS_HEADING);
    boolean hasPeak = false;
    for (var row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %-24s %6d  %-8s ",
              row.path("backbone").asString(""),
              row.path("samples").asInt(0),
              row.path("precision").asString("")));
      if (!row.path("error").isNull()) {
        text.append(row.path("error").asString("")).append('\n');
        continue;
      }
      boolean known = row.path("shareOfPeak").isNumber();
      hasPeak |= known;
      text.append(
          String.format(
              Locale.ROOT,
              "%9.1f %8.2f %8.2f %8.1f %8s\n",
              1e3 * row.path("stepSeconds").asDouble(0),
              row.path("imagesPerSecond").asDouble(0),
              row.path("peakBytes").asDouble(0) * 1e-9,
              row.path("tflops").asDouble(0),
              known
                  ? String.format(Locale.ROOT, "%.1f %%", 100 * row.path("shareOfPeak").asDouble(0))
                  : "–"));
    }
    if (!hasPeak && !rows.isEmpty()) {
      text.append("  no shares of a peak: the card is not one whose data sheet is known here\n");
    }
    return text.toString();
  }

  private static final String STEPS_HEADING =
      String.format(
          Locale.ROOT,
          "  %-24s %6s  %-8s %9s %8s %8s %8s %8s\n",
          "encoder",
          "images",
          "format",
          "ms/step",
          "images/s",
          "GB",
          "TFLOP/s",
          "of peak");

  private static String trace(JsonNode rows) {
    var text = new StringBuilder();
    for (var row : rows) {
      var activity = row.path("activity");
      text.append(
          String.format(
              Locale.ROOT,
              "  %s, %d images, %s: %.1f ms per step, %.1f ms while traced\n",
              row.path("backbone").asString(""),
              row.path("samples").asInt(0),
              row.path("precision").asString(""),
              1e3 * row.path("stepSeconds").asDouble(0),
              1e3 * row.path("tracedSeconds").asDouble(0)));
      text.append(
          String.format(
              Locale.ROOT,
              "  %d %s, %d operators, %d launches, %d waits; busy %.1f of %.1f ms, idle %.0f %%\n",
              activity.path("count").asInt(0),
              activity.path("of").asString(""),
              activity.path("operators").asInt(0),
              activity.path("launches").asInt(0),
              activity.path("waits").asInt(0),
              activity.path("busyMs").asDouble(0),
              activity.path("spanMs").asDouble(0),
              100 * activity.path("idleShare").asDouble(0)));
      var classes = new ArrayList<String>();
      for (var gaps : activity.path("gaps")) {
        classes.add(
            String.format(
                Locale.ROOT,
                "%s: %d, %.1f ms",
                gaps.path("below").asString(""),
                gaps.path("count").asInt(0),
                gaps.path("ms").asDouble(0)));
      }
      text.append("  gaps below ").append(String.join("; ", classes)).append('\n');
      for (var gap : first(activity.path("longestGaps"), LISTED_GAPS)) {
        text.append(
            String.format(
                Locale.ROOT,
                "    %.2f ms at %.1f ms, after %s, before %s\n",
                gap.path("ms").asDouble(0),
                gap.path("startMs").asDouble(0),
                clipped(gap.path("after").asString("")),
                clipped(gap.path("before").asString(""))));
      }
    }
    return text.toString();
  }

  private static String loader(JsonNode rows) {
    var text = new StringBuilder();
    for (var row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %-12s %s %8.1f images/s%s\n",
              row.path("measure").asString(""),
              row.path("workers").isNumber()
                  ? String.format(Locale.ROOT, "%2d workers", row.path("workers").asInt(0))
                  : "          ",
              row.path("imagesPerSecond").asDouble(0),
              row.path("waitShare").isNumber()
                  ? String.format(
                      Locale.ROOT,
                      " of %s, %d images, %s; waits %.1f %% of the time",
                      row.path("backbone").asString(""),
                      row.path("samples").asInt(0),
                      row.path("precision").asString(""),
                      100 * row.path("waitShare").asDouble(0))
                  : ""));
    }
    return text.toString();
  }

  private static String demo(JsonNode rows) {
    var text = new StringBuilder();
    for (var row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %d steps in %.0f s: mIoU seg %.3f, CAM %.3f, aux CAM %.3f; F1 %.3f\n",
              row.path("steps").asInt(0),
              row.path("wallSeconds").asDouble(0),
              row.path("segMiou").asDouble(Double.NaN),
              row.path("camMiou").asDouble(Double.NaN),
              row.path("camAuxMiou").asDouble(Double.NaN),
              row.path("classF1").asDouble(Double.NaN)));
    }
    return text.toString();
  }

  private static List<JsonNode> first(JsonNode array, int count) {
    return array.valueStream().limit(count).toList();
  }

  private static String clipped(String name) {
    return name.length() <= NAME_LENGTH ? name : name.substring(0, NAME_LENGTH - 1) + "…";
  }
}
