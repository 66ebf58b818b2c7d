package toco.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Any operator by name. Results are those of the typed methods, bit for bit: they run the same
/// kernels.
class BoxedCallTest extends TensorLaws {
  private static void assertSame(Tensor boxed, Tensor typed) {
    assertEquals(typed.info(), boxed.info());
    assertArrayEquals(typed.toDoubleArray(), boxed.toDoubleArray());
  }

  @Test
  void boxedEqualsTyped() {
    Rng.manualSeed(3);
    var x = Tensor.randn(4, 6);
    var weight = Tensor.randn(5, 6);
    var bias = Tensor.randn(5);
    assertSame(Ops.call("aten::add.Tensor", x, x), x.add(x));
    assertSame(Ops.call("aten::softmax.int", x, 1), x.softmax(1));
    assertSame(Ops.call("aten::linear", x, weight, bias), Functional.linear(x, weight, bias));
    assertSame(Ops.call("aten::linear", x, weight), Functional.linear(x, weight, null));
    assertSame(
        Ops.call("aten::sum.dim_IntList", x, new long[] {0}, true), x.sum(new long[] {0}, true));
    assertSame(Ops.call("aten::gelu", x), x.gelu());
    assertSame(Ops.call("aten::to.dtype", x, DType.FLOAT64), x.to(DType.FLOAT64));
    assertSame(Ops.call("aten::zeros", new long[] {2, 3}), Tensor.zeros(2, 3));
  }

  @Test
  void missingTrailingArgumentsTakeTheirDefaults() {
    var x = floats(1, 2);
    assertElements(Ops.call("aten::add.Tensor", x, x), 2, 4);
    assertElements(Ops.call("aten::add.Tensor", x, x, 10), 11, 22);
  }

  @Test
  void wholeNumbersStandForFloats() {
    assertElements(Ops.call("aten::dropout", floats(1, 2), 1, true), 0, 0);
    assertElements(Ops.call("aten::clamp", floats(1, 2), null, 1.5f), 1, 1.5);
  }

  @Test
  void listsOfOptionalTensorsIndex() {
    var x = Tensor.of(new float[] {0, 1, 2, 3, 4, 5}, 2, 3);
    var one = Tensor.of(new long[] {1});
    assertElements(Ops.call("aten::index.Tensor", x, Arrays.asList(null, one)), 1, 4);
    assertElements(Ops.call("aten::index.Tensor", x, List.of(one)), 3, 4, 5);
    assertElements(Ops.call("aten::index.Tensor", x, List.of(one, one)), 4);
  }

  @Test
  void listsOfTensorsGoInAndComeOut() {
    var x = Tensor.of(new float[] {0, 1, 2, 3, 4}, 5);
    var parts = assertInstanceOf(List.class, Ops.callAll("aten::split.Tensor", x, 2).getFirst());
    assertEquals(3, parts.size());
    assertElements((Tensor) parts.get(2), 4);
    var joined = Ops.call("aten::cat", List.of(x, x), 0);
    assertShape(joined, 10);
  }

  @Test
  void severalResultsComeInOrder() {
    var results = Ops.callAll("aten::max.dim", Tensor.of(new float[] {1, 9, 3, 2}, 2, 2), 1);
    assertEquals(2, results.size());
    assertElements((Tensor) results.get(0), 9, 3);
    assertElements((Tensor) results.get(1), 1, 0);
  }

  @Test
  void scalarsComeAsJavaNumbers() {
    var x = floats(1, 2);
    assertEquals(List.of(2L), Ops.callAll("aten::size.int", x, 0));
    assertEquals(List.of(1L), Ops.callAll("aten::is_nonzero", floats(3)));
    assertEquals(List.of(3.0), Ops.callAll("aten::item", floats(3)));
  }

  @Test
  void inPlaceOperatorsChangeTheirArgument() {
    var x = floats(1, 2);
    Ops.call("aten::add_.Scalar", x, 1);
    assertElements(x, 2, 3);
    assertNull(Ops.call("aten::relu", x).grad());
  }

  @Test
  void gradientsFlowThrough() {
    var x = floats(1, 2).requiresGrad_(true);
    Ops.call("aten::sum", Ops.call("aten::square", x)).backward();
    assertElements(x.grad(), 2, 4);
  }

  @Test
  void wrongArgumentsAreRefusedWithTheSchema() {
    var x = floats(1);
    assertTorchException(
        TorchException.Kind.VALUE, "'other'", () -> Ops.call("aten::add.Tensor", x));
    assertTorchException(
        TorchException.Kind.VALUE, "at most 1", () -> Ops.call("aten::relu", x, x, x));
    assertMessage(
        assertThrows(TorchException.class, () -> Ops.call("aten::relu", "text")), "Tensor");
    assertMessage(
        assertThrows(IllegalArgumentException.class, () -> Ops.call("aten::relu", new Object())),
        "java.lang.Object");
    assertMessage(
        assertThrows(IllegalArgumentException.class, () -> Ops.call("aten::cat", List.of("text"))),
        "java.lang.String");
  }

  @Test
  void callRefusesWhatIsNotOneTensorAndFreesIt() throws InterruptedException {
    var x = TensorScope.release(floats(1, 2, 3));
    var thrown = onAnotherThread(() -> Ops.call("aten::split.Tensor", x, 1)); // no scope there
    assertMessage(thrown, "callAll");
    x.close();
  }

  @Test
  void theSchemaIsTold() {
    assertEquals("aten::relu(Tensor self) -> Tensor", Ops.schema("aten::relu"));
  }
}
