package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Functional;
import toco.torch.Generator;
import toco.torch.Ops;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorLaws;

/// LibTorch's random numbers: the same state gives the same numbers, bit for bit.
class RngTest extends TensorLaws {
  private static float[] draw() {
    return Tensor.randn(32).toFloatArray();
  }

  @Test
  void theSameSeedGivesTheSameNumbers() {
    Rng.manualSeed(7);
    var first = draw();
    var second = draw();
    Rng.manualSeed(7);
    assertArrayEquals(first, draw());
    assertArrayEquals(second, draw());
    Rng.manualSeed(8);
    assertFalse(Arrays.equals(first, draw()));
  }

  @Test
  void stateRoundTrips() {
    Rng.manualSeed(7);
    draw();
    var state = Rng.state(Device.CPU);
    assertEquals(DType.UINT8, state.dtype());
    var expected = draw();
    draw();
    Rng.setState(Device.CPU, state);
    assertArrayEquals(expected, draw());
    var copy =
        Tensor.copyOf(state.segment(), DType.UINT8, state.numel()); // as a checkpoint would hold it
    Rng.setState(Device.CPU, copy);
    assertArrayEquals(expected, draw());
  }

  @Test
  void drawsStayInTheirRanges() {
    Rng.manualSeed(1);
    var uniform = Tensor.rand(1000);
    assertTrue(uniform.amin().item() >= 0 && uniform.amax().item() < 1);
    assertEquals(0.5, uniform.mean().item(), 0.05); // five standard errors, 0.29 / √1000 each
    var whole = Tensor.randint(-2, 3, 1000);
    assertEquals(DType.INT64, whole.dtype());
    assertEquals(-2, whole.amin().itemLong());
    assertEquals(2, whole.amax().itemLong());
    var order = Tensor.randperm(50, Device.CPU).sort(0, false).values();
    assertArrayEquals(
        Tensor.arange(0, 50, DType.INT64, Device.CPU).toLongArray(), order.toLongArray());
    var spread = Tensor.zeros(1000).uniform_(2, 3);
    assertTrue(spread.amin().item() >= 2 && spread.amax().item() <= 3);
    assertEquals(5, Tensor.zeros(1000).normal_(5, 0.1).mean().item(), 0.02); // six standard errors
  }

  @Test
  void dropoutScalesTheKeptElements() {
    Rng.manualSeed(2);
    var dropped = Functional.dropout(Tensor.ones(1000), 0.25, true);
    float kept = (float) (1 / 0.75);
    for (float value : dropped.toFloatArray()) {
      assertTrue(value == 0 || value == kept, () -> "neither 0 nor 1 / 0.75: " + value);
    }
    assertEquals(1, dropped.mean().item(), 0.1); // five standard errors
    assertElements(Functional.dropout(floats(1, 2), 0.25, false), 1, 2);
  }

  @Test
  void aGeneratorIsIndependentOfTheProcess() {
    try (var one = Generator.seeded(Device.CPU, 7);
        var two = Generator.seeded(Device.CPU, 7)) {
      Rng.manualSeed(1);
      var expected = Tensor.rand(3).toFloatArray();
      Rng.manualSeed(1);
      var drawn = one.rand(4);
      assertArrayEquals(
          expected, Tensor.rand(3).toFloatArray(), "the process-wide generator is unchanged");
      assertTrue(drawn.equal(two.rand(4)));
      var state = one.state();
      var normal = one.randn(5);
      one.setState(state);
      assertTrue(normal.equal(one.randn(5)));
      assertEquals(6, one.randperm(4).sum().itemLong());
      var whole = one.randint(-2, 3, 1000);
      assertEquals(DType.INT64, whole.dtype());
      assertEquals(-2, whole.amin().itemLong());
      assertEquals(2, whole.amax().itemLong());
      assertTrue(
          Ops.call("aten::bernoulli", Tensor.full(1, DType.FLOAT32, Device.CPU, 2), one)
              .equal(floats(1, 1)));
    }
  }
}
