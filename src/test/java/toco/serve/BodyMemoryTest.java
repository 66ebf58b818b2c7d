package toco.serve;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BodyMemoryTest {
  /// Whatever the heap, no more than this fits.
  private static final long ALL = Runtime.getRuntime().maxMemory() / 8;

  @Test
  void whatDoesNotFitIsRefusedUntilOthersEnd() {
    var memory = new BodyMemory(1);
    try (var second = memory.part()) {
      try (var first = memory.part()) {
        first.take(ALL * 3 / 4);
        second.take(ALL / 8);
        assertThrows(HttpProblem.class, () -> second.take(ALL / 4));
      }
      second.take(ALL * 3 / 4);
    }
    try (var third = memory.part()) {
      third.take(ALL);
    }
  }

  @Test
  void oneBodyFitsWhateverTheHeap() {
    try (var part = new BodyMemory(8 * ALL).part()) {
      part.take(8 * ALL);
    }
  }

  @Test
  void withoutTheLibraryMetricsNameIt() {
    var stats = new RequestStats.None("the library is not there");
    stats.record("/api/info", 200, 1);
    var problem = assertThrows(HttpProblem.class, stats::answer);
    assertTrue(String.valueOf(problem.getMessage()).contains("the library is not there"));
  }
}
