package toco.bridge;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import toco.torch.DType;
import toco.torch.LibTorch;
import toco.torch.NativeObject;
import toco.torch.Ops;
import toco.torch.Tensor;
import toco.torch.TensorLaws;
import toco.torch.TorchException;

/// The ways to your own native code: pointers, memory, operators by name, objects of C++ classes.
class NativeCodeTest extends TensorLaws {
  /// A handle is a `const at::Tensor *`, as a C++ function would return one.
  @Test
  void aTensorOfAPointerOutlivesTheOriginal() {
    var original = floats(1, 2);
    var second = Tensor.ofPointer(original.handle());
    original.mul_(10);
    original.close();
    assertElements(second, 10, 20);
    assertThrows(IllegalStateException.class, original::handle);
  }

  @Test
  void aWrappedTensorOwnsItsArena() {
    var arena = Arena.ofShared();
    var memory = arena.allocateFrom(JAVA_FLOAT, 1, 2, 3, 4);
    var x = Tensor.wrap(arena, memory, DType.FLOAT32, 2, 2);
    memory.set(JAVA_FLOAT, 0, 5);
    assertElements(x.sum(0), 8, 6);
    x.close();
    Tensor.wrap(Arena.ofAuto().allocate(4), DType.FLOAT32, 1).close(); // releases freed wraps
    assertFalse(arena.scope().isAlive());
  }

  @Test
  void anArenaOfOneThreadIsRefused() {
    try (var confined = Arena.ofConfined()) {
      var memory = confined.allocate(JAVA_FLOAT, 1);
      var thrown =
          assertThrows(
              IllegalArgumentException.class,
              () -> Tensor.wrap(confined, memory, DType.FLOAT32, 1));
      assertMessage(thrown, "Arena.ofShared");
    }
  }

  @Test
  void schemasNameArgumentsAndResults() {
    assertEquals(
        "aten::leaky_relu(Tensor self, Scalar negative_slope=0.01) -> Tensor",
        Ops.schema("aten::leaky_relu"));
  }

  /// A class that LibTorch itself registers with `torch::class_`.
  @Test
  void objectsOfRegisteredClassesAreCreatedAndCalled() {
    LibTorch.loadLibrary(LibTorch.library()); // as for a library of your own; loading twice is fine
    try (var profile = NativeObject.create("profiling::_ScriptProfile")) {
      assertEquals(null, profile.call("enable"));
      assertEquals(null, profile.call("disable"));
      assertThrows(TorchException.class, () -> profile.call("absent"));
    }
    assertTorchException(
        TorchException.Kind.NOT_IMPLEMENTED, "Absent", () -> NativeObject.create("mine::Absent"));
  }
}
