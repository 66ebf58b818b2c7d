package toco.report;

import static toco.html.Html.element;
import static toco.html.Html.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import toco.config.Config;
import toco.html.Html;
import toco.html.Html.Element;
import toco.run.RunHistory;

/// Settings, machine and duration of the run.
record EnvironmentSection(Config config, RunHistory history) {
  private static final Map<String, String> FACTS = new LinkedHashMap<>();

  static {
    FACTS.put("device", "Device");
    FACTS.put("processes", "Processes");
    FACTS.put("threads", "Threads of LibTorch");
    FACTS.put("precision", "Precision");
    FACTS.put("processor", "Processor");
    FACTS.put("cpuCapability", "CPU instructions used");
    FACTS.put("cores", "Cores");
    FACTS.put("memoryGB", "Memory, GB");
    FACTS.put("system", "System");
    FACTS.put("toco", "ToCo");
    FACTS.put("commit", "Commit");
    FACTS.put("libTorch", "LibTorch");
    FACTS.put("jdk", "JDK");
  }

  Element section() {
    var content = new ArrayList<Html>();
    content.add(element("h2", text("Environment")));
    content.add(
        element("div", List.of(settings(), element("div", machine(), timings())))
            .with("class", "columns"));
    return element("section", content).with("id", "environment");
  }

  private Element settings() {
    var rows = new ArrayList<Html>();
    for (var difference : config.differencesFrom(Config.defaults())) {
      rows.add(
          element(
              "tr",
              key(difference.key()),
              element("td", text(difference.value())),
              element("td", text(difference.other()))));
    }
    return element(
            "table",
            element("caption", text("Settings that differ from the published VOC recipe")),
            element(
                "thead",
                element(
                    "tr",
                    EvaluationTable.column("key"),
                    EvaluationTable.column("this run"),
                    EvaluationTable.column("recipe"))),
            element("tbody", rows))
        .with("class", "settings");
  }

  /// A key that may wrap after its dots.
  private static Element key(String key) {
    var parts = new ArrayList<Html>();
    for (var part : key.split("(?<=\\.)", -1)) {
      if (!parts.isEmpty()) {
        parts.add(element("wbr"));
      }
      parts.add(text(part));
    }
    return element("th", element("code", parts)).with("scope", "row");
  }

  private Element machine() {
    if (history.sessions().isEmpty()) {
      return element(
          "p", text("The machine is unknown: there is no sessions.jsonl in the run's folder."));
    }
    var session = history.sessions().getLast();
    var rows = new ArrayList<Html>();
    FACTS.forEach((key, name) -> {
      var value = session.get(key);
      if (value != null) {
        rows.add(fact(name, value));
      }
    });
    return facts(history.sessions().size() == 1 ? "Machine" : "Machine of the last session", rows);
  }

  private Element timings() {
    var timings = Timings.of(history, config.train());
    var rows = new ArrayList<Html>();
    for (int i = 0; i < history.sessions().size(); i++) {
      var session = history.sessions().get(i);
      rows.add(
          fact(
              i == 0 ? "Started" : "Resumed",
              "%s at step %s"
                  .formatted(
                      session.getOrDefault("startedAt", "?"), session.getOrDefault("step", "?"))));
    }
    rows.add(fact("Training steps", Timings.text(timings.training())));
    if (!timings.evaluating().isZero()) {
      rows.add(fact("Evaluations", Timings.text(timings.evaluating())));
    }
    if (!timings.wallClock().isZero()) {
      rows.add(fact("Wall clock", Timings.text(timings.wallClock())));
    }
    return facts("Time", rows);
  }

  private static Element facts(String caption, List<Html> rows) {
    return element("table", element("caption", text(caption)), element("tbody", rows))
        .with("class", "settings");
  }

  private static Element fact(String name, String value) {
    return element(
        "tr", element("th", text(name)).with("scope", "row"), element("td", text(value)));
  }
}
