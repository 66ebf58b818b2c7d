package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import toco.nn.Linear;
import toco.nn.Parameters;
import toco.optim.GradScaler;
import toco.optim.Optimizer;
import toco.torch.Autocast;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.OnAccelerator;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;
import toco.torch.TestAccelerator;

/// Loss scaling under autocast on an accelerator takes and skips the same steps as on the CPU.
@OnAccelerator
@TensorTest(scope = false)
class AcceleratorGradScalerTest {
  private static final int STEPS = 10;
  private static final int INFINITE = 4; // the step whose loss is

  private record Outcome(float[] weights, List<Boolean> taken, double scale, long reads) {}

  @Test
  void stepsAndScaleAreThoseOfTheCpu() {
    var expected = train(Device.CPU);
    var actual = train(TestAccelerator.device());
    assertEquals(expected.taken, actual.taken);
    assertEquals(1, expected.taken.stream().filter(taken -> !taken).count());
    assertEquals(512, expected.scale);
    assertEquals(512, actual.scale);
    assertEquals(STEPS, actual.reads, "one number per step");
    // bfloat16 products, whose last bit may differ by the kernel of a GPU
    float bound = TestAccelerator.hasGpu() ? 1e-2f : 1e-5f;
    assertArrayEquals(expected.weights, actual.weights, bound);
  }

  private static Outcome train(Device device) {
    Rng.manualSeed(2);
    try (var _ = TensorScope.open();
        var params = new Parameters(device);
        var scaler = new GradScaler(device, 1024, 2, 0.5, 100)) {
      var layer = new Linear(params, 3, 2);
      var taken = new ArrayList<Boolean>();
      long reads = 0;
      try (var adam = Optimizer.adamW(params.trainable(), 1e-2)) {
        for (int i = 0; i < STEPS; i++) {
          try (var _ = TensorScope.open()) {
            var images = Tensor.randn(4, 3).to(device);
            adam.zeroGrad();
            scaler.scale(loss(layer, images, i)).backward();
            long before = LibTorch.readBacks();
            taken.add(scaler.step(adam, params.trainable()));
            reads += LibTorch.readBacks() - before;
          }
        }
      }
      return new Outcome(
          params.all().get("weight").detach().toFloatArray(), taken, scaler.scale(), reads);
    }
  }

  private static Tensor loss(Linear layer, Tensor images, int step) {
    try (var _ = Autocast.on(images.device(), DType.BFLOAT16)) {
      var loss = layer.forward(images).to(DType.FLOAT32).square().sum();
      return step == INFINITE ? loss.mul(Double.POSITIVE_INFINITY) : loss;
    }
  }
}
