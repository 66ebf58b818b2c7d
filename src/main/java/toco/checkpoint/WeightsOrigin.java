package toco.checkpoint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Where in a file weights were found, and what else is in it.
///
/// @param key path of the state dict in the file, such as `checkpoint.model`; empty if the whole
///   file is one
/// @param skipped descriptions of everything next to it, by path, such as `args`:
///   `argparse.Namespace`
/// @param notExecuted names of all classes and functions that the file refers to and that were
///   neither imported nor called
public record WeightsOrigin(String key, Map<String, String> skipped, List<String> notExecuted) {
  /// A file that holds weights alone.
  static final WeightsOrigin PLAIN = new WeightsOrigin("", Map.of(), List.of());

  public WeightsOrigin {
    skipped = Collections.unmodifiableMap(new LinkedHashMap<>(skipped));
    notExecuted = List.copyOf(notExecuted);
  }
}
