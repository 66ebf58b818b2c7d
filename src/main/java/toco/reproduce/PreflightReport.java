package toco.reproduce;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import toco.data.DataReport;

/// The results of all checks before a training.
///
/// @param checks lists, weights, disk, settings
/// @param data images, labels, masks
public record PreflightReport(List<PreflightCheck> checks, DataReport data) {
  public PreflightReport {
    checks = List.copyOf(checks);
  }

  /// Whether the run may start.
  ///
  /// @param allowDifferences whether lists may differ from the published ones
  boolean passes(boolean allowDifferences) {
    return count(PreflightCheck.Status.ERROR) == 0
        && data.usable()
        && (allowDifferences || count(PreflightCheck.Status.DIFFERS) == 0);
  }

  /// Why it may not, and what to do, on one line.
  public String refusal() {
    return ("%s errors and %s differences from the published lists, all listed above; fix them and"
            + " run again%s")
        .formatted(
            count(PreflightCheck.Status.ERROR) + data.errors(),
            count(PreflightCheck.Status.DIFFERS),
            count(PreflightCheck.Status.DIFFERS) == 0
                ? ""
                : ", or continue with --allow-differences");
  }

  private long count(PreflightCheck.Status status) {
    return checks.stream().filter(check -> check.status() == status).count();
  }

  /// What a reader of the results should know: where lists, weights or settings differ from the
  /// published ones.
  List<String> remarks() {
    return checks.stream()
        .filter(it ->
            it.status() == PreflightCheck.Status.DIFFERS
                || it.status() == PreflightCheck.Status.NOTE)
        .map(PreflightCheck::text)
        .toList();
  }

  /// The report as text.
  String text() {
    return checks.stream()
            .map(PreflightCheck::line)
            .collect(Collectors.joining("", "checks\n", "\n"))
        + "data set "
        + data.text();
  }

  /// The report as a JSON object.
  public Map<String, @Nullable Object> toJson() {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put(
        "checks",
        checks.stream()
            .map(check -> Map.of("status", check.status().toString(), "text", check.text()))
            .toList());
    json.put("data", data.toJson());
    return json;
  }
}
