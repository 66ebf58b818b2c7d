package toco.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

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
  void drawsKeepToTheirRanges() {
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
  void dropoutScalesWhatItKeeps() {
    Rng.manualSeed(2);
    var dropped = Functional.dropout(Tensor.ones(1000), 0.25, true);
    float kept = (float) (1 / 0.75);
    for (float value : dropped.toFloatArray()) {
      assertTrue(value == 0 || value == kept, () -> "neither 0 nor 1 / 0.75: " + value);
    }
    assertEquals(1, dropped.mean().item(), 0.1); // five standard errors
    assertElements(Functional.dropout(floats(1, 2), 0.25, false), 1, 2);
  }
}
