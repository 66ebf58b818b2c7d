package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import toco.torch.Complex;
import toco.torch.Fft;
import toco.torch.Fft.Norm;
import toco.torch.Tensor;
import toco.torch.TensorLaws;

class FftTest extends TensorLaws {
  private static void assertClose(Tensor tensor, double... realAndImaginary) {
    var numbers = tensor.toComplexArray();
    assertEquals(realAndImaginary.length, 2 * numbers.length);
    for (int i = 0; i < numbers.length; i++) {
      var expected = new Complex(realAndImaginary[2 * i], realAndImaginary[2 * i + 1]);
      assertEquals(expected.re(), numbers[i].re(), 1e-5, tensor.toString());
      assertEquals(expected.im(), numbers[i].im(), 1e-5, tensor.toString());
    }
  }

  private static void assertReal(Tensor tensor, double... expected) {
    var got = tensor.toDoubleArray();
    assertEquals(expected.length, got.length);
    for (int i = 0; i < got.length; i++) {
      assertEquals(expected[i], got[i], 1e-5, tensor.toString());
    }
  }

  @Test
  void oneDimension() {
    var x = floats(1, 2, 3, 4);
    assertClose(Fft.fft(x), 10, 0, -2, 2, -2, 0, -2, -2);
    assertClose(Fft.rfft(x), 10, 0, -2, 2, -2, 0);
    assertClose(Fft.fft(x, null, 0, Norm.ORTHO), 5, 0, -1, 1, -1, 0, -1, -1);
    assertClose(Fft.rfft(x, null, -1, Norm.FORWARD), 2.5, 0, -.5, .5, -.5, 0);
    assertClose(Fft.fft(x, 2L, 0, Norm.BACKWARD), 3, 0, -1, 0); // the first two
    assertClose(Fft.ifft(Fft.fft(x)), 1, 0, 2, 0, 3, 0, 4, 0);
    assertClose(Fft.ifft(Fft.fft(x), null, 0, Norm.FORWARD), 4, 0, 8, 0, 12, 0, 16, 0);
    assertReal(Fft.irfft(Fft.rfft(x), 4), 1, 2, 3, 4);
    assertReal(Fft.irfft(Fft.rfft(x), null, 0, Norm.BACKWARD), 1, 2, 3, 4);
    assertReal(Fft.irfft(Fft.rfft(floats(1, 2, 6)), 3), 1, 2, 6);
  }

  @Test
  void severalDimensions() {
    var x = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
    assertClose(Fft.fft2(x), 10, 0, -2, 0, -4, 0, 0, 0);
    assertClose(Fft.ifft2(Fft.fft2(x)), 1, 0, 2, 0, 3, 0, 4, 0);
    assertClose(Fft.fftn(x, null, new long[] {0}, Norm.BACKWARD), 4, 0, 6, 0, -2, 0, -2, 0);
    assertClose(Fft.fftn(x, new long[] {1, 2}, null, Norm.BACKWARD), 3, 0, -1, 0);
    assertClose(
        Fft.ifftn(Fft.fftn(x, null, null, Norm.ORTHO), null, null, Norm.ORTHO),
        1,
        0,
        2,
        0,
        3,
        0,
        4,
        0);
    var half = Fft.rfftn(x, null, null, Norm.BACKWARD);
    assertClose(half, 10, 0, -2, 0, -4, 0, 0, 0);
    assertReal(Fft.irfftn(half, new long[] {2, 2}, null, Norm.BACKWARD), 1, 2, 3, 4);
  }

  @Test
  void frequencies() {
    assertReal(Fft.fftfreq(4, 0.5), 0, .5, -1, -.5);
    assertReal(Fft.rfftfreq(4, 0.5), 0, .5, 1);
    assertReal(Fft.fftshift(floats(1, 2, 3)), 3, 1, 2);
    assertReal(Fft.ifftshift(Fft.fftshift(floats(1, 2, 3))), 1, 2, 3);
    assertReal(Fft.fftshift(Tensor.of(new float[] {1, 2, 3, 4}, 2, 2), 1), 2, 1, 4, 3);
  }
}
