package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.torch.Profiler;
import toco.torch.Tensor;
import toco.torch.TensorLaws;
import toco.torch.TorchException;
import tools.jackson.databind.json.JsonMapper;

class ProfilerTest extends TensorLaws {
  @Test
  void aTraceContainsTheOperatorsAndTheirShapes(@TempDir Path folder) throws Exception {
    var file = folder.resolve("trace.json");
    try (var _ = Profiler.start(file, true, false)) {
      assertThrows(TorchException.class, () -> Profiler.start(file, false, false));
      Tensor.rand(3, 4).matmul(Tensor.rand(4, 5));
    }
    var events = new JsonMapper().readTree(Files.readString(file)).path("traceEvents");
    var matmul =
        events
            .valueStream()
            .filter(event -> event.path("name").asString("").equals("aten::matmul"))
            .findFirst()
            .orElseThrow();
    assertTrue(matmul.path("dur").doubleValue() > 0, matmul.toString());
    assertTrue(matmul.path("args").toString().contains("[3,4]"), matmul.toString());
    Profiler.start(file, false, false).discard();
  }
}
