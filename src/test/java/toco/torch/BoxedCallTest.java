package toco.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
    assertTorchException(
        TorchException.Kind.TYPE, "got str", () -> Ops.call("aten::cat", List.of("text")));
    assertTorchException(
        TorchException.Kind.TYPE,
        "entry 1",
        () -> Ops.call("aten::_foreach_add.ScalarList", List.of(x, x), List.of(1, "text")));
    assertMessage(
        assertThrows(
            IllegalArgumentException.class,
            () -> Ops.call("aten::add.Tensor", x, BigDecimal.valueOf(1.5))),
        "java.math.BigDecimal"); // as a whole number it would be another
  }

  @Test
  void argumentsByName() {
    var x = Tensor.of(new float[] {1, 9, 3, 2}, 2, 2);
    assertElements(Ops.call("aten::amax", new Object[] {x}, Map.of("dim", 1)), 9, 3);
    var kept = Ops.call("aten::amax", new Object[] {x}, Map.of("keepdim", true, "dim", List.of(0)));
    assertShape(kept, 1, 2);
    assertElements(kept, 3, 9);
    assertElements(
        Ops.call("aten::add.Tensor", new Object[] {x, x}, Map.of("alpha", 10)), 11, 99, 33, 22);
    var zeros =
        Ops.call(
            "aten::zeros",
            new Object[] {new long[] {2}},
            Map.of("dtype", DType.INT64, "layout", TensorLayout.STRIDED, "device", "cpu"));
    assertEquals(DType.INT64, zeros.dtype());
    assertElements(
        (Tensor) Ops.callAll("aten::max.dim", new Object[0], Map.of("self", x, "dim", 1)).get(1),
        1,
        0);
  }

  @Test
  void wrongNamesAreRefusedWithTheSchema() {
    var x = floats(1, 2);
    assertTorchException(
        TorchException.Kind.VALUE,
        "no argument 'dims'",
        () -> Ops.call("aten::amax", new Object[] {x}, Map.of("dims", 0)));
    assertTorchException(
        TorchException.Kind.VALUE,
        "two values for 'dim'",
        () -> Ops.call("aten::amax", new Object[] {x, 0}, Map.of("dim", 0)));
    assertTorchException(
        TorchException.Kind.VALUE,
        "needs a value for 'self'",
        () -> Ops.call("aten::amax", new Object[0], Map.of("dim", 0)));
  }

  @Test
  void numbersAndTensorsStandForEachOther() {
    var x = floats(1, 2);
    assertElements(Ops.call("aten::add.Tensor", x, 1), 2, 3); // a number for a Tensor
    assertEquals(DType.FLOAT32, Ops.call("aten::mul.Tensor", x, 2.5).dtype()); // which widens none
    assertEquals(DType.INT64, Ops.call("aten::mul.Tensor", Tensor.of(new long[] {1}), 2).dtype());
    assertElements(Ops.call("aten::add.Scalar", x, Tensor.of(new float[] {3}).sum()), 4, 5);
    var narrowed = Ops.call("aten::narrow", x, 0, Tensor.of(new long[] {1}).sum(), 1);
    assertElements(narrowed, 2);
    assertEquals(DType.BOOL, Ops.call("aten::full", new long[] {1}, true).dtype());
    assertElements(Ops.call("aten::eq.Scalar", x, true), 1, 0);
  }

  @Test
  void oneNumberStandsForAListOfFixedLength() {
    var x = Tensor.ones(1, 1, 4, 4);
    assertShape(Ops.call("aten::max_pool2d", x, 2), 1, 1, 2, 2);
    assertShape(Ops.call("aten::max_pool2d", x, new int[] {2, 1}), 1, 1, 2, 4);
    assertElements(Ops.call("aten::sum.dim_IntList", floats(1, 2), 0), 3);
  }

  @Test
  void listsTakeTheTypeOfTheSchema() {
    var x = floats(1, 2);
    var sums =
        Ops.callAll("aten::_foreach_add.ScalarList", List.of(x, x), List.of(1, 2.5)).getFirst();
    assertElements((Tensor) ((List<?>) sums).get(1), 3.5, 4.5);
    assertShape(Ops.call("aten::reshape", x, List.of(2, 1)), 2, 1);
    assertShape(Ops.call("aten::permute", x, List.of(0)), 2);
    assertElements(
        Ops.call("aten::upsample_nearest1d.vec", x.reshape(1, 1, 2), null, List.of(2)), 1, 1, 2, 2);
  }

  @Test
  void complexNumbersGoInAndComeOut() {
    var x = Tensor.complex(floats(1), floats(2));
    assertEquals(List.of(new Complex(1, 2)), Ops.callAll("aten::item", x));
    var filled = Ops.call("aten::full", new long[] {1}, new Complex(3, -1));
    assertEquals(new Complex(3, -1), filled.itemComplex());
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
