package toco.demo;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the runs of a comparison gave.
///
/// @param dir their folder
/// @param table all scores, with mean and standard deviation over the seeds
/// @param conclusions what the runs allow to say, one sentence each
/// @param json the same: of each arm its `runs` (the keys of `metrics.json` and `trainSeconds`),
///   and by score `mean` and `sd`; `differences` from the first arm, and `conclusions`
/// @param files what was written in addition to the runs
public record ComparisonResult(
    Path dir,
    String table,
    List<String> conclusions,
    Map<String, @Nullable Object> json,
    List<Path> files) {
  public ComparisonResult {
    conclusions = List.copyOf(conclusions);
    json = Collections.unmodifiableMap(json);
    files = List.copyOf(files);
  }
}
