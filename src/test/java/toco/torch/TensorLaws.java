package toco.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.function.Executable;

/// Base class for tests of the bridge: each test runs in its own scope, and must leave as many live
/// tensors and wrapped segments in the process as there were before.
public abstract class TensorLaws {
  protected TensorScope scope;
  private long liveBefore;
  private int wrappedBefore;

  @BeforeEach
  protected void openScope() {
    liveBefore = LibTorch.liveTensors();
    wrappedBefore = LibTorch.wrappedCount();
    scope = TensorScope.open();
  }

  @AfterEach
  protected void everyTensorIsFreed() {
    scope.close();
    assertEquals(liveBefore, LibTorch.liveTensors(), "live tensors");
    assertEquals(wrappedBefore, LibTorch.wrappedCount(), "wrapped memory");
  }

  protected static Tensor floats(double... values) {
    var data = new float[values.length];
    for (int i = 0; i < data.length; i++) {
      data[i] = (float) values[i];
    }
    return Tensor.of(data);
  }

  protected static void assertElements(Tensor tensor, double... expected) {
    assertArrayEquals(expected, tensor.toDoubleArray(), 0, tensor.toString());
  }

  protected static void assertShape(Tensor tensor, long... sizes) {
    assertEquals(Shape.of(sizes), tensor.shape());
  }

  protected static TorchException assertTorchException(
      TorchException.Kind kind, String part, Executable call) {
    var thrown = assertThrows(TorchException.class, call);
    assertEquals(kind, thrown.kind(), thrown.getMessage());
    assertTrue(thrown.getMessage().contains(part), thrown.getMessage());
    return thrown;
  }

  protected static void assertMessage(Throwable thrown, String part) {
    assertTrue(thrown.getMessage().contains(part), thrown.getMessage());
  }

  /// Runs `body` on another thread and returns what it threw, or null.
  protected static Throwable onAnotherThread(Executable body) throws InterruptedException {
    var thrown = new Throwable[1];
    var thread =
        Thread.ofPlatform()
            .name("other")
            .start(() -> {
              try {
                body.execute();
              } catch (Throwable t) {
                thrown[0] = t;
              }
            });
    thread.join();
    return thrown[0];
  }
}
