package toco.eval;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import toco.distributed.World;
import tools.jackson.databind.json.JsonMapper;

/// The results of batches that one process evaluated, or all processes.
///
/// @param completed false if any process was stopped
record GatheredResults(boolean completed, List<BatchResult> results) {
  private static final JsonMapper JSON = new JsonMapper();

  GatheredResults {
    results = List.copyOf(results);
  }

  /// The results of all processes, on every rank.
  GatheredResults over(World world) {
    if (world.size() == 1) {
      return this;
    }
    boolean all = true;
    var together = new ArrayList<BatchResult>();
    for (var text : world.gather(JSON.writeValueAsString(this), "putting scores together")) {
      var part = JSON.readValue(text, GatheredResults.class);
      all &= part.completed;
      together.addAll(part.results);
    }
    return new GatheredResults(all, together);
  }

  /// The images in the data set's order.
  List<ImageScores> images() {
    return results.stream()
        .sorted(Comparator.comparingInt(BatchResult::batch))
        .flatMap(result -> result.images().stream())
        .toList();
  }
}
