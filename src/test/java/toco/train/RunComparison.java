package toco.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import toco.checkpoint.Checkpoint;
import toco.config.Overrides;
import toco.distributed.Ranks;
import toco.distributed.World;
import toco.run.RunHistory;
import toco.torch.Tensor;

/// Compares what two runs computed.
final class RunComparison {
  private RunComparison() {}

  /// The same tensors, bit for bit.
  static void assertSame(Map<String, Tensor> expected, Map<String, Tensor> actual) {
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach(
        (name, tensor) -> assertArrayEquals(bytes(tensor), bytes(actual.get(name)), name));
  }

  static byte[] bytes(Tensor tensor) {
    return tensor.detach().contiguous().segment().toArray(ValueLayout.JAVA_BYTE);
  }

  /// The largest difference between losses of the same term and step.
  static double largestDifference(Path run, Path other) {
    double largest = 0;
    var steps = RunHistory.read(run).steps();
    var others = RunHistory.read(other).steps();
    assertEquals(steps.size(), others.size());
    for (int i = 0; i < steps.size(); i++) {
      for (var loss : steps.get(i).losses().entrySet()) {
        double its = others.get(i).losses().get(loss.getKey());
        largest = Math.max(largest, Math.abs(loss.getValue() - its));
      }
    }
    return largest;
  }

  /// A copy of a run as it was before its first step.
  static Path atStart(Path run, Path copy) throws IOException {
    var first = Checkpoint.file(copy, 0);
    Files.createDirectories(first.getParent());
    Files.copy(Checkpoint.file(run, 0), first);
    Files.copy(run.resolve("config.yaml"), copy.resolve("config.yaml"));
    return copy;
  }

  /// Resumes a run as two processes and trains it to the end. Both are threads here and would draw
  /// first weights from one generator, so a new run would not start as that of one process.
  static void resumeOnTwo(Path run, String... overrides) throws Exception {
    int port = Ranks.freePort();
    var outcomes =
        Ranks.run(
            List.of(Ranks.rendezvous(0, 2, port, 60), Ranks.rendezvous(1, 2, port, 60)),
            (World world) -> {
              var changes = Overrides.parse(List.of(overrides));
              try (var trainer = Trainer.resume(run, changes, new TinyRun.Watcher(), world)) {
                return trainer.run().completed();
              }
            });
    assertEquals(List.of(true, true), outcomes.stream().map(it -> it.value()).toList());
  }
}
