package toco.run;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A line of `metrics.jsonl` or `sessions.jsonl`. Each kind converts itself to JSON and back, so
/// that what writes a line and what reads it agree on its keys.
public sealed interface LogLine permits LoggedStep, LoggedEvaluation, RunSession {
  /// The key that every line has.
  String STEP = "step";

  /// The line's JSON object, its keys in the order in which they are written.
  Map<String, ? extends @Nullable Object> toJson();
}
