package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Shape;
import toco.torch.Tensor;
import toco.torch.TensorInfo;
import toco.torch.TensorLaws;

/// Shapes, views and indexing. All comparisons are exact.
class ShapeLawsTest extends TensorLaws {
  private final float[] counting = {0, 1, 2, 3, 4, 5};

  @Test
  void aTensorKnowsItsShapeDtypeAndDevice() {
    var x = Tensor.of(counting, 2, 3);
    assertEquals(new TensorInfo(Shape.of(2, 3), DType.FLOAT32, Device.CPU, false), x.info());
    assertEquals(2, x.dim());
    assertEquals(3, x.size(-1));
    assertEquals(6, x.numel());
    assertEquals("Tensor([2, 3], float32, cpu)", x.toString());
    assertShape(x.sum());
    assertThrows(IndexOutOfBoundsException.class, () -> x.size(2));
  }

  @Test
  void viewsShareMemory() {
    var x = Tensor.of(counting, 2, 3);
    for (var view :
        List.of(x.view(3, 2), x.flatten(0), x.transpose(0, 1), x.unsqueeze(0), x.detach())) {
      view.fill_(view.dim());
      assertEquals(view.dim(), x.select(0, 1).select(0, 2).item());
    }
    x.slice(1, 0, 3, 2).fill_(9);
    assertElements(x, 9, 2, 9, 9, 2, 9);
  }

  @Test
  void copiesDoNotShareMemory() {
    var x = Tensor.of(counting, 2, 3);
    x.clone().fill_(9);
    x.flip(0).fill_(9);
    x.to(DType.FLOAT64).fill_(9);
    assertElements(x, 0, 1, 2, 3, 4, 5);
  }

  @Test
  void transposingTwiceIsTheIdentity() {
    var x = Tensor.of(counting, 1, 2, 3);
    assertElements(x.transpose(1, 2), 0, 3, 1, 4, 2, 5);
    assertElements(x.transpose(1, 2).transpose(-1, -2), 0, 1, 2, 3, 4, 5);
    assertElements(x.permute(2, 0, 1).permute(1, 2, 0), 0, 1, 2, 3, 4, 5);
    assertFalse(x.transpose(1, 2).isContiguous());
    assertTrue(x.transpose(1, 2).contiguous().isContiguous());
  }

  @Test
  void oneSizeMayBeInferred() {
    var x = Tensor.of(counting, 6);
    assertShape(x.reshape(-1, 2), 3, 2);
    assertShape(x.reshape(2, 3).flatten(0), 6);
    assertShape(x.unsqueeze(-1).squeeze(1), 6);
    assertShape(x.unsqueeze(0).expand(4, -1), 4, 6);
    assertShape(x.repeat(2, 2), 2, 12);
  }

  @Test
  void splittingAndConcatenatingAreInverse() {
    var x = Tensor.of(counting, 2, 3);
    var parts = List.of(x.slice(1, 0, 1), x.slice(1, 1, 99));
    assertElements(Tensor.cat(parts, 1), 0, 1, 2, 3, 4, 5);
    var rows = List.of(x.select(0, 0), x.select(0, -1));
    assertElements(Tensor.stack(rows, 0), 0, 1, 2, 3, 4, 5);
    assertShape(Tensor.stack(rows, -1), 3, 2);
  }

  @Test
  void longListsConcatenateToo() {
    var parts = java.util.Collections.nCopies(1000, Tensor.of(counting, 6));
    assertShape(Tensor.cat(parts, 0), 6000);
  }

  @Test
  void indicesGatherAndScatter() {
    var x = Tensor.of(counting, 2, 3);
    var index = Tensor.of(new long[] {2, 0});
    assertElements(x.indexSelect(1, index), 2, 0, 5, 3);
    assertElements(x.gather(1, index.unsqueeze(1)), 2, 3);
    var scattered = x.scatter(1, index.unsqueeze(1), Tensor.of(new float[] {-1, -2}, 2, 1));
    assertElements(scattered, 0, 1, -1, -2, 4, 5);
    assertElements(x, 0, 1, 2, 3, 4, 5);
  }

  @Test
  void paddingStartsWithTheLastDimension() {
    var x = Tensor.of(new float[] {1, 2}, 1, 2);
    assertShape(x.pad(0, 1, 2, 3, 4), 8, 5);
    assertElements(x.pad(7, 1, 0), 7, 1, 2);
  }

  @Test
  void emptyTensorsAreOrdinary() {
    var none = Tensor.of(new float[0], 0);
    assertShape(none, 0);
    assertEquals(0, none.sum().item());
    assertEquals(0, none.toFloatArray().length);
    assertEquals(0, none.segment().byteSize());
    assertShape(Tensor.zeros(3, 0, 2).reshape(0, 6), 0, 6);
  }

  @Test
  void scalarsHaveNoDimensions() {
    var scalar = Tensor.full(2.5, DType.FLOAT64, Device.CPU);
    assertEquals(0, scalar.dim());
    assertEquals(2.5, scalar.item());
    assertEquals(1, scalar.numel());
  }

  @Test
  void arraysComeBackFromAnyDtypeAndLayout() {
    var turned = Tensor.of(counting, 2, 3).transpose(0, 1);
    for (var dtype : List.of(DType.FLOAT64, DType.INT32, DType.UINT8, DType.BFLOAT16)) {
      assertElements(turned.to(dtype), 0, 3, 1, 4, 2, 5);
      assertEquals(4, turned.to(dtype).toLongArray()[3]);
      assertEquals(4f, turned.to(dtype).toFloatArray()[3]);
    }
  }

  @Test
  void dtypesPrint() {
    assertEquals("bfloat16", DType.BFLOAT16.toString());
    assertEquals(2, DType.BFLOAT16.byteSize());
  }
}
