package toco.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.torch.Profiler;
import toco.torch.Tensor;
import toco.torch.TensorTest;

/// Busy time and gaps of a trace.
@TensorTest
class TraceActivityTest {
  private static TraceSpan kernel(String name, double startUs, double us) {
    return new TraceSpan("kernel", name, "0/7", startUs, us);
  }

  private static TraceSpan span(String category, String name, double startUs, double us) {
    return new TraceSpan(category, name, "1/1", startUs, us);
  }

  /// Streams overlap: 100…200 and 150…400 are one busy stretch, in which a short kernel changes
  /// nothing; then 50 µs pass before the copy and 2 ms before the last kernel.
  @Test
  void gapsAreWhereNoStreamIsBusy() {
    var activity =
        TraceActivity.of(
            List.of(
                kernel("gemm", 150, 250),
                kernel("add", 100, 100),
                kernel("add", 160, 10),
                span("gpu_memcpy", "Memcpy DtoH (Device -> Pageable)", 450, 50),
                kernel("gemm", 2500, 500),
                span("cpu_op", "aten::linear", 0, 20),
                span("cpu_op", "aten::addmm", 5, 10),
                span("cuda_runtime", "cudaLaunchKernel", 6, 3),
                span("cuda_driver", "cuLaunchKernelEx", 8, 3),
                span("cuda_runtime", "cudaStreamSynchronize", 9, 400),
                span("python_function", "cudaLaunchKernel", 6, 3)));
    assertEquals("kernels", activity.of());
    assertEquals(5, activity.count());
    assertEquals(2, activity.operators());
    assertEquals(2, activity.launches());
    assertEquals(1, activity.waits());
    assertEquals(Map.of("DtoH", 1), activity.copies());
    assertEquals(2.9, activity.spanMs(), 1e-9);
    assertEquals(0.85, activity.busyMs(), 1e-9);
    assertEquals(2.05 / 2.9, activity.idleShare(), 1e-9);
    var longest = activity.longestGaps().getFirst();
    assertEquals(2, longest.ms(), 1e-9);
    assertEquals(0.4, longest.startMs(), 1e-9);
    assertTrue(longest.after().startsWith("Memcpy"), longest.after());
    assertEquals("gemm", longest.before());
    assertEquals("gemm", activity.longestGaps().get(1).after());
    assertEquals(
        List.of("5 µs 0", "20 µs 0", "100 µs 1", "1000 µs 0", "longer 1"),
        activity.gaps().stream().map(gaps -> gaps.below() + " " + gaps.count()).toList());
    assertEquals("gemm", activity.longest().getFirst().name());
    assertEquals(0.75, activity.longest().getFirst().ms(), 1e-9);
  }

  @Test
  void onTheCpuTheOperatorsCount() {
    var activity =
        TraceActivity.of(
            List.of(
                span("cpu_op", "aten::linear", 0, 20),
                span("cpu_op", "aten::addmm", 5, 10),
                span("user_annotation", "step", 0, 100),
                span("cpu_op", "aten::gelu", 30, 10)));
    assertEquals("operators", activity.of());
    assertEquals(0.03, activity.busyMs(), 1e-9);
    assertEquals(0.25, activity.idleShare(), 1e-9);
  }

  @Test
  void aTraceOfNothingIsRefused() {
    assertThrows(IllegalStateException.class, () -> TraceActivity.of(List.of()));
  }

  /// What LibTorch writes is what is read.
  @Test
  void aTraceOfLibTorchIsRead(@TempDir Path folder) {
    var file = folder.resolve("trace.json");
    try (var _ = Profiler.start(file, false, false)) {
      for (int i = 0; i < 3; i++) {
        Tensor.rand(30, 40).matmul(Tensor.rand(40, 50));
      }
    }
    var activity = StepTrace.read(file);
    assertTrue(activity.operators() >= 9, activity.toString());
    assertTrue(activity.busyMs() > 0 && activity.busyMs() <= activity.spanMs());
    assertTrue(
        activity.longest().stream()
            .anyMatch(total -> total.name().equals("aten::matmul") && total.count() == 3));
    assertTrue(Files.exists(file));
  }
}
