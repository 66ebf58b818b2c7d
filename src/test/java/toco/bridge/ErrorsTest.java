package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import toco.torch.Kernels;
import toco.torch.LibTorch;
import toco.torch.Ops;
import toco.torch.Tensor;
import toco.torch.TensorLaws;
import toco.torch.TensorScope;
import toco.torch.TorchException;

/// An error throws an exception of the right kind that names the cause, and leaks no tensor.
class ErrorsTest extends TensorLaws {
  private Tensor wide;
  private Tensor tall;

  @BeforeEach
  void makeOperands() { // released, so that other threads can use them
    wide = TensorScope.release(Tensor.zeros(2, 3));
    tall = TensorScope.release(Tensor.zeros(4, 5));
  }

  @AfterEach
  void closeOperands() {
    wide.close();
    tall.close();
  }

  @Test
  void mismatchedShapesAreNamed() {
    var thrown =
        assertTorchException(TorchException.Kind.OTHER, "2x3 and 4x5", () -> wide.matmul(tall));
    assertFalse(thrown.getMessage().contains("Exception raised from"), "a C++ stack in a message");
    assertTorchException(TorchException.Kind.OTHER, "must match", () -> wide.add(tall));
    assertTorchException(TorchException.Kind.OTHER, "[4, 4]", () -> wide.view(4, 4));
  }

  @Test
  void anIndexOutOfRangeIsAnIndexError() {
    assertTorchException(TorchException.Kind.INDEX, "out of range", () -> wide.select(0, 9));
    assertTorchException(TorchException.Kind.INDEX, "out of range", () -> wide.softmax(3));
  }

  @Test
  void anUnknownOperatorIsNotImplemented() {
    assertTorchException(
        TorchException.Kind.NOT_IMPLEMENTED, "aten::nonsense", () -> Ops.call("aten::nonsense"));
    assertTorchException(
        TorchException.Kind.NOT_IMPLEMENTED,
        "Tensr",
        () -> Ops.call("aten::add.Tensr", wide, wide));
  }

  @Test
  void aMissingLibraryIsAnIoError() {
    assertTorchException(
        TorchException.Kind.IO,
        "no-such-library.so",
        () -> LibTorch.loadLibrary(Path.of("no-such-library.so")));
  }

  @Test
  void tooMuchMemoryIsOutOfMemory() {
    assertTorchException(
        TorchException.Kind.OUT_OF_MEMORY, "memory", () -> Tensor.zeros(1L << 40, 1L << 10));
  }

  @Test
  void itemNeedsOneElement() {
    assertTorchException(TorchException.Kind.OTHER, "6 elements", wide::item);
  }

  @Test
  void aClosedTensorIsRefusedEverywhere() {
    var closed = Tensor.zeros(2);
    closed.close();
    closed.close(); // does nothing
    assertMessage(assertThrows(IllegalStateException.class, closed::shape), "closed");
    assertThrows(IllegalStateException.class, () -> closed.add(1));
    assertThrows(IllegalStateException.class, () -> wide.add(closed));
    assertThrows(IllegalStateException.class, closed::segment);
    assertThrows(IllegalStateException.class, () -> Ops.call("aten::relu", closed));
  }

  @Test
  void anotherThreadMayNotUseAScopesTensor() throws InterruptedException {
    var mine = Tensor.zeros(2);
    var thrown = assertInstanceOf(IllegalStateException.class, onAnotherThread(mine::shape));
    assertMessage(thrown, "'other'");
    assertMessage(thrown, "TensorScope.release");
    assertInstanceOf(IllegalStateException.class, onAnotherThread(mine::close));
    assertInstanceOf(IllegalStateException.class, onAnotherThread(scope::close));
    assertShape(mine, 2);
  }

  @Test
  void virtualThreadsOpenNoScopes() throws InterruptedException {
    var thrown = new Throwable[1];
    Thread.ofVirtual()
        .start(() -> thrown[0] = assertThrows(IllegalStateException.class, TensorScope::open))
        .join();
    assertMessage(thrown[0], "ofPlatform");
  }

  @Test
  void threadCountsStartAtOne() {
    assertThrows(IllegalArgumentException.class, () -> LibTorch.setNumThreads(0));
  }

  @Test
  void kernelsNameTheShapesTheyRefuse() {
    assertTorchException(
        TorchException.Kind.VALUE, "[2, 3]", () -> Kernels.par(wide, wide, new long[] {1}, 1));
  }

  @Test
  void theMessageBelongsToTheCallingThread() throws InterruptedException {
    assertTorchException(TorchException.Kind.INDEX, "got 7", () -> wide.softmax(7));
    var other = onAnotherThread(() -> wide.matmul(tall));
    assertMessage(other, "2x3");
    assertTorchException(TorchException.Kind.INDEX, "got 8", () -> wide.softmax(8));
  }
}
