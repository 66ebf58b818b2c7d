package toco.bench;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// The results of tests, read from what JUnit's console prints while they run (its details
/// `testfeed`), so that the results of a run that is cut short are known too.
final class TestFeed {
  private static final Pattern LINE =
      Pattern.compile("JUnit [^>]*> (?<name>.+) :: (?<event>STARTED|[A-Z]{6,10})");

  private final SequencedSet<String> running = new LinkedHashSet<>();
  private final List<String> passed = new ArrayList<>();
  private final Map<String, String> failed = new TreeMap<>();
  private final Map<String, String> skipped = new TreeMap<>();
  private Map<String, String> awaitingReason = new TreeMap<>();
  private String named = "";

  /// Tests by result, as `Class > test`.
  ///
  /// @param failed and `skipped` with the reason
  /// @param unfinished tests that had begun when the run ended
  record Result(
      List<String> passed,
      Map<String, String> failed,
      Map<String, String> skipped,
      List<String> unfinished) {}

  /// Reads the next line.
  void accept(String line) {
    var matcher = LINE.matcher(line);
    if (matcher.matches()) {
      named = matcher.group("name");
      event(matcher.group("event"));
    } else if (!named.isEmpty() && line.startsWith("\t") && !line.isBlank()) {
      awaitingReason.replace(named, "", line.strip()); // the first line after the event alone
    }
  }

  private void event(String event) {
    if (!event.equals("STARTED")) {
      running.remove(named);
    }
    switch (event) {
      case "STARTED" -> running.add(named);
      case "SUCCESSFUL" -> passed.add(named);
      case "FAILED" -> reasonOf(failed);
      default -> reasonOf(skipped); // ABORTED by an assumption, or SKIPPED
    }
  }

  private void reasonOf(Map<String, String> results) {
    results.put(named, "");
    awaitingReason = results;
  }

  Result result() {
    return new Result(
        List.copyOf(passed), new TreeMap<>(failed), new TreeMap<>(skipped), List.copyOf(running));
  }
}
