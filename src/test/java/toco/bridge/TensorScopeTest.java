package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Random;
import org.junit.jupiter.api.Test;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.Tensor;
import toco.torch.TensorLaws;
import toco.torch.TensorScope;
import toco.torch.TorchException;

/// When tensors are freed, and by which scope. The count of live tensors is exact.
class TensorScopeTest extends TensorLaws {
  @Test
  void aScopeFreesEverythingMadeInIt() {
    long before = LibTorch.liveTensors();
    Tensor result;
    try (var inner = TensorScope.open()) {
      result = Tensor.ones(3).add(1).mul(2).sum();
      assertEquals(4, inner.size());
      assertEquals(before + 4, LibTorch.liveTensors());
    }
    assertEquals(before, LibTorch.liveTensors());
    assertTrue(result.isClosed());
  }

  @Test
  void aKeptTensorMovesToTheEnclosingScope() {
    Tensor kept;
    try (var outer = TensorScope.open()) {
      try (var inner = TensorScope.open()) {
        kept = inner.keep(Tensor.ones(2));
        assertEquals(0, inner.size());
        assertEquals(1, outer.size());
      }
      assertElements(kept, 1, 1);
    }
    assertTrue(kept.isClosed());
  }

  @Test
  void aTensorKeptByTheOutermostScopeBelongsToTheCaller() throws InterruptedException {
    var thrown =
        onAnotherThread(() -> {
          Tensor kept;
          try (var outermost = TensorScope.open()) {
            kept = outermost.keep(Tensor.ones(2));
          }
          assertElements(kept, 1, 1);
          kept.close();
        });
    assertNull(thrown);
  }

  @Test
  void onlyATensorOfTheScopeCanBeKept() {
    var outside = Tensor.ones(2);
    try (var inner = TensorScope.open()) {
      assertThrows(IllegalArgumentException.class, () -> inner.keep(outside));
    }
  }

  @Test
  void aReleasedTensorCanBeUsedAndClosedOnAnyThread() throws InterruptedException {
    Tensor released;
    try (var _ = TensorScope.open()) {
      released = TensorScope.release(Tensor.ones(2));
      assertEquals(8, released.segment().byteSize());
    }
    assertFalse(released.isClosed());
    assertNull(
        onAnotherThread(() -> {
          assertElements(released, 1, 1);
          assertEquals(1f, released.segment().get(java.lang.foreign.ValueLayout.JAVA_FLOAT, 4));
          released.close();
        }));
    assertTrue(released.isClosed());
  }

  @Test
  void scopesCloseInTheReverseOrder() {
    var outer = TensorScope.open();
    var inner = TensorScope.open();
    var thrown = assertThrows(IllegalStateException.class, outer::close);
    assertMessage(thrown, "inner TensorScope is still open");
    inner.close();
    outer.close();
    outer.close(); // does nothing
    assertThrows(IllegalStateException.class, () -> outer.keep(Tensor.ones(1)));
  }

  @Test
  void closingInAnyOrderBeforeTheScopeIsFine() {
    try (var inner = TensorScope.open()) {
      var tensors = new ArrayList<Tensor>();
      for (int i = 0; i < 100; i++) {
        tensors.add(Tensor.ones(1).mul(i));
      }
      Collections.shuffle(tensors, new Random(1));
      tensors.subList(0, 60).forEach(Tensor::close);
      assertEquals(140, inner.size());
      for (var left : tensors.subList(60, 100)) {
        assertFalse(left.isClosed());
      }
    }
  }

  @Test
  void anExceptionStillFreesTheScope() {
    long before = LibTorch.liveTensors();
    assertThrows(
        TorchException.class,
        () -> {
          try (var _ = TensorScope.open()) {
            Tensor.ones(2).add(Tensor.ones(3));
          }
        });
    assertEquals(before, LibTorch.liveTensors());
  }

  @Test
  void viewsKeepMemoryBeyondTheScopeOfTheirBase() {
    Tensor row;
    try (var inner = TensorScope.open()) {
      row = inner.keep(Tensor.of(new float[] {1, 2, 3, 4}, 2, 2).select(0, 1));
    }
    for (int i = 0; i < 100; i++) { // would overwrite the memory if it were free
      Tensor.full(-1, DType.FLOAT32, Device.CPU, 2, 2).close();
    }
    assertElements(row, 3, 4);
  }

  @Test
  void segmentEndsWithItsTensor() {
    var x = floats(1, 2);
    var memory = x.segment();
    memory.setAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT, 1, 5);
    assertElements(x, 1, 5);
    x.close();
    assertThrows(
        IllegalStateException.class, () -> memory.get(java.lang.foreign.ValueLayout.JAVA_FLOAT, 0));
    var scoped = new java.lang.foreign.MemorySegment[1];
    try (var _ = TensorScope.open()) {
      scoped[0] = floats(1).segment();
    }
    assertFalse(scoped[0].scope().isAlive());
  }

  @Test
  void segmentNeedsContiguousMemory() {
    var thrown =
        assertThrows(
            IllegalStateException.class, () -> Tensor.zeros(2, 3).transpose(0, 1).segment());
    assertMessage(thrown, "contiguous()");
  }

  @Test
  void tensorsOfSeveralThreadsAreCountedTogether() throws InterruptedException {
    long before = LibTorch.liveTensors();
    var threads = new ArrayList<Thread>();
    for (int t = 0; t < 4; t++) {
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < 200; i++) {
                  try (var _ = TensorScope.open()) {
                    Tensor.ones(8).add(i).square().sum();
                  }
                }
              }));
    }
    for (var thread : threads) {
      thread.join();
    }
    assertEquals(before, LibTorch.liveTensors());
  }
}
