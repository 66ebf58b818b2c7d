package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import toco.torch.Complex;
import toco.torch.DType;
import toco.torch.MemoryFormat;
import toco.torch.Ops;
import toco.torch.Tensor;
import toco.torch.TensorLaws;
import toco.torch.TorchException;

class ComplexTensorTest extends TensorLaws {
  private static void assertNumbers(Tensor tensor, Complex... expected) {
    assertArrayEquals(expected, tensor.toComplexArray());
  }

  private static Complex c(double re, double im) {
    return new Complex(re, im);
  }

  @Test
  void partsMakeComplexNumbersAndComeBack() {
    var x = Tensor.complex(floats(1, 3), floats(2, -4));
    assertEquals(DType.COMPLEX64, x.dtype());
    assertTrue(x.dtype().isComplex());
    assertFalse(x.dtype().isFloatingPoint());
    assertElements(x.real(), 1, 3);
    assertElements(x.imag(), 2, -4);
    assertNumbers(x, c(1, 2), c(3, -4));
    assertElements(x.viewAsReal(), 1, 2, 3, -4);
    assertNumbers(x.viewAsReal().viewAsComplex(), c(1, 2), c(3, -4));
    assertElements(Tensor.complex(floats(3), floats(4)).abs(), 5);
    var doubles = Tensor.complex(floats(1).to(DType.FLOAT64), floats(2).to(DType.FLOAT64));
    assertEquals(DType.COMPLEX128, doubles.dtype());
    assertEquals(c(1, 2), doubles.itemComplex());
    assertEquals(c(7, 0), floats(7).itemComplex());
    assertThrows(IllegalStateException.class, x::itemComplex);
    assertThrows(TorchException.class, floats(1)::imag);
  }

  @Test
  void polarNumbersHaveTheirAngle() {
    var x = Tensor.polar(floats(2, 1), floats(0, Math.PI / 2));
    assertEquals(2, x.real().toDoubleArray()[0], 1e-6);
    assertEquals(1, x.imag().toDoubleArray()[1], 1e-6);
    assertEquals(Math.PI / 2, x.angle().toDoubleArray()[1], 1e-6);
  }

  @Test
  void productsAreComplex() {
    var x = Tensor.complex(floats(1), floats(2));
    assertNumbers(x.mul(x), c(-3, 4));
    assertNumbers(x.add(1), c(2, 2));
    assertNumbers(Ops.call("aten::mul.Scalar", x, c(0, 1)), c(-2, 1));
  }

  /// PyTorch conjugates and negates when an element is used; memory has the numbers of before.
  @Test
  void lazyConjugatesAreReadAsConjugates() {
    var x = Tensor.complex(floats(1, 3), floats(2, -4));
    var conjugate = x.conj();
    assertNumbers(conjugate, c(1, -2), c(3, 4));
    assertElements(conjugate.imag(), -2, 4);
    assertElements(Tensor.complex(floats(1), floats(2)).conj().imag(), -2);
    assertElements(conjugate.viewAsReal(), 1, -2, 3, 4);
    assertMessage(assertThrows(TorchException.class, conjugate::segment), "contiguous()");
    assertMessage(
        assertThrows(
            TorchException.class, Tensor.complex(floats(1), floats(2)).conj().imag()::segment),
        "contiguous()");
    assertEquals(16, conjugate.contiguous().segment().byteSize());
    assertElements(Tensor.wrap(conjugate.contiguous().segment(), DType.FLOAT32, 4), 1, -2, 3, 4);
  }

  @Test
  void realReadersRefuseComplexNumbers() {
    var x = Tensor.complex(floats(1), floats(2));
    assertMessage(assertThrows(IllegalStateException.class, x::toFloatArray), "toComplexArray");
    assertMessage(assertThrows(IllegalStateException.class, x::toDoubleArray), "complex64");
    assertMessage(assertThrows(IllegalStateException.class, x::toLongArray), "viewAsReal");
    assertThrows(TorchException.class, x::item); // an imaginary part would be lost
  }

  @Test
  void numbersAreWrittenAsInPython() {
    assertEquals("1.0+2.0j", c(1, 2).toString());
    assertEquals("1.0-2.0j", c(1, -2).toString());
    assertEquals("0.0-0.0j", c(0, -0.0).toString());
  }

  @Test
  void gradientsOfComplexNumbersFlow() {
    var x = Tensor.complex(floats(3), floats(4)).requiresGrad_(true);
    x.abs().square().sum().backward(); // d|x|² = 2x
    var grad = x.grad();
    assertTrue(grad != null);
    assertEquals(6, grad.itemComplex().re(), 1e-5);
    assertEquals(8, grad.itemComplex().im(), 1e-5);
  }

  @Test
  void float8TensorsAreConverted() {
    for (var type :
        new DType[] {
          DType.FLOAT8_E4M3FN, DType.FLOAT8_E5M2, DType.FLOAT8_E4M3FNUZ, DType.FLOAT8_E5M2FNUZ
        }) {
      var x = floats(0.5, -1.5, 3).to(type);
      assertEquals(type, x.dtype());
      assertEquals(3, x.segment().byteSize());
      assertTrue(type.isFloatingPoint());
      assertElements(x, 0.5, -1.5, 3);
    }
    assertElements(floats(0.5, 2).to(DType.FLOAT8_E8M0FNU), 0.5, 2); // powers of two
    assertElements(floats(65535).to(DType.UINT16), 65535);
  }

  @Test
  void channelsLastKeepsTheElements() {
    var x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 1, 2, 2, 2);
    var last = x.contiguous(MemoryFormat.CHANNELS_LAST);
    assertFalse(last.isContiguous());
    assertElements(last, 1, 2, 3, 4, 5, 6, 7, 8);
    assertElements(last.permute(0, 2, 3, 1).reshape(8), 1, 5, 2, 6, 3, 7, 4, 8);
  }
}
