package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.files.Json;
import toco.torch.Accelerator;
import toco.torch.Autocast;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.DeviceEvent;
import toco.torch.DeviceStream;
import toco.torch.Functional;
import toco.torch.Generator;
import toco.torch.GradMode;
import toco.torch.LibTorch;
import toco.torch.OnAccelerator;
import toco.torch.Profiler;
import toco.torch.Rng;
import toco.torch.ScriptModule;
import toco.torch.Tensor;
import toco.torch.TensorLaws;
import toco.torch.TensorList;
import toco.torch.TestAccelerator;

/// The bridge's laws on an accelerator.
@OnAccelerator
class AcceleratorTest extends TensorLaws {
  private final Device device = TestAccelerator.device();

  /// Freeing does not lower the peak.
  @Test
  void thePeakCountsTensorsAndStaysAfterTheyAreFreed() {
    long bytes = 64L << 20;
    Tensor.zeros(bytes / Float.BYTES).to(device).close();
    long peak = Accelerator.memory(device).peakAllocated();
    assertTrue(peak >= bytes, "peak: " + peak);
    Tensor.zeros(1).to(device).close();
    assertEquals(peak, Accelerator.memory(device).peakAllocated());
    assertEquals(
        peak, Accelerator.memory(new Device(device.kind(), -1)).peakAllocated()); // the current one
  }

  @Test
  void tensorsCopyToTheDeviceAndBack() {
    var x = Tensor.randn(3, 4);
    var there = x.to(device);
    assertEquals(device, there.device());
    assertArrayEquals(x.toFloatArray(), there.toFloatArray());
    assertThrows(IllegalStateException.class, there::segment);
  }

  @Test
  void pinnedMemoryCopiesWithoutBlocking() {
    var pinned = Tensor.emptyPinned(DType.FLOAT32, 1000).fill_(2);
    var there = pinned.to(device, true);
    LibTorch.synchronize(device);
    assertEquals(2000, there.sum().item());
  }

  @Test
  void productsAgreeWithTheCpus() {
    LibTorch.setTf32(false);
    Rng.manualSeed(1);
    var a = Tensor.randn(64, 32);
    var b = Tensor.randn(48, 32);
    var expected = Functional.linear(a, b, null).toFloatArray();
    var got = Functional.linear(a.to(device), b.to(device), null).toFloatArray();
    assertArrayEquals(expected, got, 1e-4f); // sums of 32 products, in another order
  }

  @Test
  void gradientsAndOptimizerStepsRunOnTheDevice() {
    var x = floats(1, 2).to(device).requiresGrad_(true);
    x.square().sum().backward();
    assertElements(x.grad(), 2, 4);
    var zeros = new TensorList(List.of(Tensor.zeros(2).to(device)));
    var groups = List.of(new TensorList.Group(1, 0.5));
    new TensorList(List.of(x)).sgdStep(zeros, groups, 1, 0.9, 0, false);
    assertElements(x.detach(), 0, 0);
  }

  @Test
  void autocastAppliesToProductsOnTheDevice() {
    var a = Tensor.ones(8, 8).to(device);
    try (var _ = Autocast.on(device, DType.BFLOAT16)) {
      assertEquals(DType.BFLOAT16, a.matmul(a).dtype());
    }
    assertEquals(DType.FLOAT32, a.matmul(a).dtype());
  }

  @Test
  void randomStateRoundTripsOnTheDevice() {
    Rng.manualSeed(3);
    var state = Rng.state(device);
    var first = Tensor.zeros(32).to(device).normal_(0, 1).toFloatArray();
    Rng.setState(device, state);
    assertArrayEquals(first, Tensor.zeros(32).to(device).normal_(0, 1).toFloatArray());
  }

  /// The second stream waits for the event, so it reads what the first has written.
  @Test
  void anEventOrdersTwoStreams() {
    var first = DeviceStream.create(device, false);
    var second = DeviceStream.create(device, true);
    try (var start = new DeviceEvent(device.kind(), true);
        var done = new DeviceEvent(device.kind(), true)) {
      Tensor x;
      try (var _ = first.use()) {
        assertEquals(first, DeviceStream.current(device));
        start.record(first);
        x = Tensor.ones(1 << 20).to(device);
        for (int i = 0; i < 100; i++) {
          x.mul_(-1);
        }
        done.record(first);
      }
      done.block(second);
      try (var _ = second.use()) {
        assertEquals(1 << 20, x.sum().item());
      }
      done.synchronize();
      second.synchronize();
      assertTrue(start.elapsedMs(done) > 0);
    }
  }

  @Test
  void gradientsAreNotRecordedWhereTheyAreOff() {
    var x = Tensor.ones(2).to(device).requiresGrad_(true);
    try (var _ = GradMode.noGrad()) {
      assertTrue(!x.mul(2).requiresGrad());
    }
    assertTrue(x.mul(2).requiresGrad());
  }

  @Test
  void autocastKeepsFloat32WhereItIsNeededAndLeavesGradientsInTheWeightsType() {
    var weight = Tensor.ones(4, 4).to(device).requiresGrad_(true);
    try (var _ = Autocast.on(device, DType.BFLOAT16)) {
      var product = Tensor.ones(4, 4).to(device).matmul(weight);
      assertEquals(DType.BFLOAT16, product.dtype());
      assertEquals(DType.FLOAT32, product.softmax(1).dtype());
      try (var _ = Autocast.off(device)) {
        assertEquals(DType.FLOAT32, weight.matmul(weight).dtype());
      }
      product.sum().backward();
    }
    var gradient = weight.grad();
    assertNotNull(gradient);
    assertEquals(DType.FLOAT32, gradient.dtype());
    assertElements(gradient.flatten(0).slice(0, 0, 2), 4, 4);
  }

  @Test
  void listsAreUpdatedAsOnTheCpu() {
    Rng.manualSeed(6);
    var values = List.of(Tensor.randn(5, 3), Tensor.randn(7));
    assertArrayEquals(updated(values, Device.CPU), updated(values, device), 1e-6f);
  }

  private static float[] updated(List<Tensor> values, Device device) {
    var params = values.stream().map(v -> v.to(device).clone().requiresGrad_(true)).toList();
    params.forEach(param -> param.square().sum().backward());
    var list = new TensorList(params);
    var groups = List.of(new TensorList.Group(1, 0.1), new TensorList.Group(1, 0.02));
    var norm = list.clipGradNorm_(1);
    assertEquals(device, norm.device());
    list.adamwStep(
        zeros(values, device), zeros(values, device), groups, 1, 0.9, 0.99, 1e-8, 0.1, false);
    list.sgdStep(zeros(values, device), groups, 1, 0.9, 0.01, false);
    var averages = zeros(values, device);
    averages.emaUpdate(list, 0.75);
    list.zeroGrad();
    return Tensor.cat(
            List.of(
                params.get(0).detach().flatten(0),
                params.get(1).detach(),
                averages.tensors().get(0).flatten(0),
                averages.tensors().get(1)),
            0)
        .toFloatArray();
  }

  private static TensorList zeros(List<Tensor> values, Device device) {
    return new TensorList(values.stream().map(v -> v.zerosLike().to(device)).toList());
  }

  @Test
  void aGeneratorOfTheDeviceIsIndependentOfTheProcess() {
    try (var one = Generator.seeded(device, 7);
        var two = Generator.seeded(device, 7)) {
      var drawn = one.rand(4);
      assertEquals(device, drawn.device());
      Rng.manualSeed(1);
      assertArrayEquals(drawn.toFloatArray(), two.rand(4).toFloatArray());
      var state = one.state();
      var normal = one.randn(5).toFloatArray();
      one.setState(state);
      assertArrayEquals(normal, one.randn(5).toFloatArray());
      assertEquals(6, one.randperm(4).sum().itemLong());
      assertTrue(one.randint(-2, 3, 100).amax().itemLong() <= 2);
    }
  }

  @Test
  void aModuleLoadsRunsTrainsAndSavesThere(@TempDir Path folder) {
    var file = folder.resolve("x.pt");
    try (var module =
        ScriptModule.create("Scaled")
            .parameter("w", floats(3))
            .buffer("shift", floats(1))
            .define(
                "def forward(self, x: Tensor) -> Tensor:\n    return x * self.w + self.shift\n")) {
      module.save(file, Map.of());
    }
    var saved = folder.resolve("again.pt");
    try (var module = ScriptModule.load(file, device)) {
      assertEquals(device, module.parameters().get("w").device());
      assertEquals(device, module.buffers().get("shift").device());
      assertEquals(7, module.forward(floats(2).to(device)).item());
      module.parameters().get("w").requiresGrad_(true);
      module.forward(floats(2).to(device)).sum().backward();
      assertEquals(2, module.parameters().get("w").grad().item());
      module.save(saved, Map.of());
    }
    try (var module = ScriptModule.load(saved, Device.CPU)) {
      assertEquals(7, module.forward(floats(2)).item());
      assertEquals(Device.CPU, module.parameters().get("w").device());
    }
  }

  @Test
  void aTraceContainsTheOperators(@TempDir Path folder) throws Exception {
    var file = folder.resolve("trace.json");
    var a = Tensor.rand(3, 4).to(device);
    try (var _ = Profiler.start(file, true, true)) {
      a.matmul(a.transpose(0, 1));
    }
    var events = Json.MAPPER.readTree(Files.readString(file)).path("traceEvents");
    assertTrue(
        events.valueStream().anyMatch(event -> event.path("name").asString("").equals("aten::mm")));
  }
}
