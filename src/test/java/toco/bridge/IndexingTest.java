package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static toco.torch.Index.all;
import static toco.torch.Index.at;
import static toco.torch.Index.ellipsis;
import static toco.torch.Index.from;
import static toco.torch.Index.newAxis;
import static toco.torch.Index.of;
import static toco.torch.Index.slice;

import org.junit.jupiter.api.Test;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Shape;
import toco.torch.Tensor;
import toco.torch.TensorLaws;
import toco.torch.TorchException;

/// Indexing gives what `x[…]` gives in Python.
class IndexingTest extends TensorLaws {
  /// 0…23 as [2, 3, 4]
  private static Tensor cube() {
    return Tensor.arange(0, 24, DType.FLOAT32, Device.CPU).reshape(2, 3, 4);
  }

  private static void assertIs(Tensor got, long[] shape, double... values) {
    assertShape(got, shape);
    assertElements(got.contiguous(), values);
  }

  @Test
  void positionsSlicesAxesAndEllipses() {
    var x = cube();
    assertIs(x.index(at(1), at(-1), at(0)), new long[] {}, 20);
    assertIs(x.index(at(0), slice(0, 3, 2), from(2)), new long[] {2, 2}, 2, 3, 10, 11);
    assertIs(x.index(ellipsis(), at(3)), new long[] {2, 3}, 3, 7, 11, 15, 19, 23);
    assertIs(x.index(at(1), ellipsis(), slice(-1, 4)), new long[] {3, 1}, 15, 19, 23);
    assertEquals(Shape.of(1, 2, 3, 1, 4), x.index(newAxis(), all(), all(), newAxis()).shape());
    assertEquals(x.shape(), x.index().shape());
  }

  @Test
  void withoutTensorsTheResultIsAView() {
    var x = cube();
    x.index(at(0), all(), at(1)).fill_(-1);
    assertIs(x.index(at(0), at(2)), new long[] {4}, 8, -1, 10, 11);
    x.index().mul_(0);
    assertEquals(0, x.abs().sum().item());
  }

  @Test
  void tensorsOfPositionsAndMasks() {
    var x = cube();
    var rows = Tensor.of(new long[] {0, 1}, 2);
    var columns = Tensor.of(new long[] {2, -1}, 2);
    assertIs(x.index(of(rows), at(1), of(columns)), new long[] {2}, 6, 19);
    assertIs(x.index(all(), of(columns), at(0)), new long[] {2, 2}, 8, 8, 20, 20);
    assertIs(x.index(of(x.gt(21))), new long[] {2}, 22, 23);
    assertIs(
        x.index(at(0), of(Tensor.of(new long[] {1, 0, 1}, 3).ne(0)), at(3)), new long[] {2}, 3, 11);
  }

  @Test
  void indexPutWritesInPlace() {
    var x = cube();
    x.indexPut_(-1, at(0), all(), slice(0, 2));
    assertIs(x.index(at(0), at(1)), new long[] {4}, -1, -1, 6, 7);
    x.indexPut_(0.5, of(x.lt(0)));
    assertEquals(3, x.index(at(0), all(), slice(0, 2)).sum().item());
    x.indexPut_(floats(7, 8), at(1), at(1), slice(1, 3));
    assertIs(x.index(at(1), at(1)), new long[] {4}, 16, 7, 8, 19);
    var twice = Tensor.of(new long[] {1, 1}, 2);
    x.indexPut_(Tensor.ones(1), true, at(1), at(0), of(twice));
    assertIs(x.index(at(1), at(0)), new long[] {4}, 12, 15, 14, 15);
    x.indexPut_(Tensor.ones(4), true, at(1), at(2));
    assertIs(x.index(at(1), at(2)), new long[] {4}, 21, 22, 23, 24);
  }

  @Test
  void gradientsFlowThrough() {
    var x = cube().requiresGrad_(true);
    x.index(at(1), of(Tensor.of(new long[] {0, 0}, 2))).sum().backward();
    assertIs(x.grad().index(at(1), at(0)), new long[] {4}, 2, 2, 2, 2);
  }

  @Test
  void indicesThatDoNotFitAreRefused() {
    var x = cube();
    assertThrows(TorchException.class, () -> x.index(at(2)));
    assertThrows(TorchException.class, () -> x.index(of(Tensor.of(new long[] {5}, 1))));
    assertThrows(IllegalArgumentException.class, () -> x.index(at(0), at(0), at(0), at(0)));
    assertThrows(IllegalArgumentException.class, () -> x.index(ellipsis(), ellipsis()));
    assertThrows(IllegalArgumentException.class, () -> slice(0, 3, -1));
  }
}
