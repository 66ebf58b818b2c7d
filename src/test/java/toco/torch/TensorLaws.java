package toco.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.function.Executable;

/// Values and assertions that the tests of tensors share.
@TensorTest
public abstract class TensorLaws {
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
