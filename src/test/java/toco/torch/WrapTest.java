package toco.torch;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import org.junit.jupiter.api.Test;

/// Java's memory as a tensor: shared both ways, alive while any view lives, released afterwards.
class WrapTest extends TensorLaws {
  @Test
  void writesAreSeenByBothSides() {
    try (var arena = Arena.ofConfined();
        var _ = TensorScope.open()) {
      var memory = arena.allocateFrom(JAVA_FLOAT, 0, 1, 2, 3, 4, 5);
      var x = Tensor.wrap(memory, DType.FLOAT32, 2, 3);
      memory.setAtIndex(JAVA_FLOAT, 4, 40);
      assertElements(x, 0, 1, 2, 3, 40, 5);
      x.mul_(2);
      assertEquals(80, memory.getAtIndex(JAVA_FLOAT, 4));
      assertEquals(memory.address(), x.segment().address());
    }
  }

  @Test
  void anOwnedArenaClosesAfterItsLastView() {
    var arena = Arena.ofShared();
    var memory = arena.allocate(JAVA_FLOAT, 12);
    Tensor row;
    try (var inner = TensorScope.open()) {
      var x = Tensor.wrap(arena, memory, DType.FLOAT32, 3, 4);
      row = inner.keep(x.view(4, 3).select(0, 2));
    }
    assertEquals(1, LibTorch.wrappedCount());
    assertTrue(arena.scope().isAlive());
    row.fill_(5);
    assertEquals(5, memory.getAtIndex(JAVA_FLOAT, 6));
    row.close();
    assertEquals(0, LibTorch.wrappedCount());
    assertFalse(arena.scope().isAlive());
    assertThrows(IllegalStateException.class, () -> memory.get(JAVA_FLOAT, 0));
  }

  @Test
  void theAutogradGraphCountsAsAView() {
    var weight = floats(1, 1).requiresGrad_(true);
    var arena = Arena.ofShared();
    var memory = arena.allocateFrom(JAVA_FLOAT, 3, 4);
    Tensor loss;
    try (var inner = TensorScope.open()) {
      loss = inner.keep(weight.mul(Tensor.wrap(arena, memory, DType.FLOAT32, 2)).sum());
    }
    assertEquals(1, LibTorch.wrappedCount());
    loss.backward();
    assertElements(weight.grad(), 3, 4);
    assertEquals(0, LibTorch.wrappedCount());
  }

  @Test
  void automaticMemoryStaysReachableWhileWrapped() {
    var wrapped = wrapUnreachable();
    var reference = wrapped.memory();
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    assertTrue(reference.get() != null, "collected while LibTorch uses it");
    assertElements(wrapped.tensor(), 1, 2);
    wrapped.tensor().close();
    assertEquals(0, LibTorch.wrappedCount());
  }

  private record Wrapped(Tensor tensor, WeakReference<MemorySegment> memory) {}

  private static Wrapped wrapUnreachable() {
    var memory = Arena.ofAuto().allocateFrom(JAVA_FLOAT, 1, 2);
    return new Wrapped(Tensor.wrap(memory, DType.FLOAT32, 2), new WeakReference<>(memory));
  }

  @Test
  void hundredsOfWrapsAreAllReleased() {
    try (var _ = TensorScope.open()) {
      for (int i = 0; i < 300; i++) {
        Tensor.wrap(Arena.ofAuto().allocate(JAVA_FLOAT, 4), DType.FLOAT32, 4);
      }
      assertEquals(300, LibTorch.wrappedCount());
    }
    assertEquals(0, LibTorch.wrappedCount());
  }

  @Test
  void memoryMustBeNativeAlignedAndOfTheRightSize() {
    var memory = Arena.ofAuto().allocate(64, 8);
    assertMessage(
        assertThrows(
            IllegalArgumentException.class, () -> Tensor.wrap(memory, DType.FLOAT32, 3, 4)),
        "48 bytes, got memory of 64");
    assertMessage(
        assertThrows(
            IllegalArgumentException.class,
            () -> Tensor.wrap(memory.asSlice(2, 8), DType.FLOAT32, 2)),
        "aligned to 4 bytes");
    assertMessage(
        assertThrows(
            IllegalArgumentException.class,
            () -> Tensor.wrap(MemorySegment.ofArray(new float[2]), DType.FLOAT32, 2)),
        "on the heap");
    assertEquals(0, LibTorch.wrappedCount());
  }

  @Test
  void copiesDoNotShare() {
    var values = new float[] {1, 2};
    var x = Tensor.of(values);
    values[0] = 9;
    assertElements(x, 1, 2);
    x.toFloatArray()[0] = 9;
    assertElements(x, 1, 2);
  }
}
