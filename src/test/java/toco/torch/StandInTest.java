package toco.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/// What the stand-in accelerator does, so that other tests can rely on it.
@OnAccelerator
class StandInTest extends TensorLaws {
  private final Device first = StandIn.device(0);
  private final Device second = StandIn.device(1);

  @Test
  void tensorsSayWhereTheyAre() {
    assertEquals("standin:1", Tensor.ones(2).to(second).device().toString());
    assertEquals(second, Device.parse("standin:1"));
    assertEquals(2, Accelerator.count(Device.Kind.PRIVATE_USE));
  }

  @Test
  void numbersAreThoseOfTheCpu() {
    Rng.manualSeed(3);
    var expected = Tensor.zeros(4, 5).normal_(0, 1);
    Rng.manualSeed(3);
    var actual = Tensor.zeros(4, 5).to(first).normal_(0, 1);
    assertArrayEquals(expected.toFloatArray(), actual.toFloatArray());
    assertArrayEquals(
        expected.matmul(expected.transpose(0, 1)).softmax(1).toFloatArray(),
        actual.matmul(actual.transpose(0, 1)).softmax(1).toFloatArray());
  }

  @Test
  void gradientsAreThoseOfTheCpu() {
    var weight = Tensor.of(new float[] {1, -2, 3}).requiresGrad_(true);
    var onDevice = weight.detach().to(first).requiresGrad_(true);
    weight.mul(weight).sum().backward();
    onDevice.mul(onDevice).sum().backward();
    assertArrayEquals(weight.grad().toFloatArray(), onDevice.grad().toFloatArray());
  }

  @Test
  void operatorsOfTwoDevicesAreLibTorchsError() {
    var onFirst = Tensor.ones(3).to(first);
    for (var other : List.of(Tensor.ones(3), Tensor.ones(3).to(second))) {
      var e = assertThrows(TorchException.class, () -> onFirst.add(other));
      assertMessage(e, "Expected all tensors to be on the same device");
    }
  }

  @Test
  void aBlockingCopyAndAnItemAreReadBacksAndAnOperatorIsNot() {
    var tensor = Tensor.ones(3).to(first);
    StandIn.reset();
    var sum = tensor.add(tensor).sum();
    assertEquals(0, StandIn.counts().readBacks());
    assertEquals(2, StandIn.counts().launches(), StandIn.operators().toString());
    assertEquals(6, sum.item());
    assertEquals(1, StandIn.counts().readBacks());
    tensor.to(Device.CPU);
    assertEquals(2, StandIn.counts().readBacks());
  }

  @Test
  void anAsynchronousCopyIsLateUntilItsStreamNeedsIt() {
    var pinned = Tensor.emptyPinned(DType.FLOAT32, 3);
    pinned.fill_(1);
    StandIn.reset();
    var copied = pinned.to(first, true);
    assertEquals(1, StandIn.counts().lateCopies());
    assertElements(copied.add(1), 2, 2, 2);
    assertEquals(List.of(), StandIn.hazards());
  }

  @Test
  void memoryIsCountedAndFreed() {
    StandIn.reset();
    long before = StandIn.counts().liveBytes();
    var tensor = Tensor.ones(1000).to(first);
    assertEquals(before + 4096, StandIn.counts().liveBytes()); // rounded to 512
    assertEquals(
        StandIn.counts().liveBytes(),
        Accelerator.memory(first).allocated() + Accelerator.memory(second).allocated());
    tensor.close();
    assertEquals(before, StandIn.counts().liveBytes());
    assertTrue(StandIn.counts().peakBytes() >= before + 4096);
  }
}
