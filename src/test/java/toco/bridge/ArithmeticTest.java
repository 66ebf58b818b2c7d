package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import toco.torch.DType;
import toco.torch.Tensor;
import toco.torch.TensorLaws;

/// Element-wise operators: values, broadcasting and dtype promotion. Exact unless a tolerance is
/// given.
class ArithmeticTest extends TensorLaws {
  @Test
  void operatorsComputeElementByElement() {
    var a = floats(1, 2, 3);
    var b = floats(4, -5, 0.5);
    assertElements(a.add(b), 5, -3, 3.5);
    assertElements(a.sub(b), -3, 7, 2.5);
    assertElements(a.mul(b), 4, -10, 1.5);
    assertElements(a.div(b), 0.25, -0.4f, 6);
    assertElements(a.maximum(b), 4, 2, 3);
    assertElements(a.minimum(b), 1, -5, 0.5);
    assertElements(a.rsub(10), 9, 8, 7);
    assertElements(a.pow(2), 1, 4, 9);
    assertElements(a.square(), 1, 4, 9);
    assertElements(b.abs(), 4, 5, 0.5);
    assertElements(b.neg(), -4, 5, -0.5);
    assertElements(b.relu(), 4, 0, 0.5);
    assertElements(b.clamp(-1, 1), 1, -1, 0.5);
    assertElements(b.clampMin(0), 4, 0, 0.5);
    assertElements(b.clampMax(0), 0, -5, 0);
  }

  @Test
  void comparisonsGiveBool() {
    var a = floats(1, 2, 3);
    assertEquals(DType.BOOL, a.lt(2).dtype());
    assertElements(a.lt(2), 1, 0, 0);
    assertElements(a.le(2), 1, 1, 0);
    assertElements(a.gt(2), 0, 0, 1);
    assertElements(a.ge(2), 0, 1, 1);
    assertElements(a.eq(2), 0, 1, 0);
    assertElements(a.ne(2), 1, 0, 1);
    assertElements(a.eq(2).logicalNot(), 1, 0, 1);
    assertElements(floats(1, 0, Double.NaN).isnan(), 0, 0, 1);
  }

  @Test
  void roundingIsToEvenAndTruncationTowardsZero() {
    var x = floats(-1.5, -0.5, 0.5, 1.5, 2.5);
    assertElements(x.round(), -2, -0.0, 0, 2, 2);
    assertElements(x.floor(), -2, -1, 0, 1, 2);
    assertElements(x.trunc(), -1, -0.0, 0, 1, 2);
  }

  @Test
  void sizesOfOneBroadcast() {
    var column = Tensor.of(new float[] {10, 20}, 2, 1);
    var row = floats(1, 2, 3);
    assertShape(column.add(row), 2, 3);
    assertElements(column.add(row), 11, 12, 13, 21, 22, 23);
  }

  @Test
  void integersStayIntegersWithWholeScalars() {
    var whole = Tensor.of(new long[] {1, 2, 3});
    assertEquals(DType.INT64, whole.add(1).dtype());
    assertEquals(DType.INT64, whole.mul(3).dtype());
    assertEquals(DType.INT64, whole.clampMin(2).dtype());
    assertElements(whole.mul(3), 3, 6, 9);
    assertEquals(DType.BOOL, whole.eq(2).dtype());
  }

  @Test
  void integersBecomeFloatsWithFractionsAndInDivision() {
    var whole = Tensor.of(new long[] {1, 2, 3});
    assertEquals(DType.FLOAT32, whole.add(0.5).dtype());
    assertElements(whole.add(0.5), 1.5, 2.5, 3.5);
    assertEquals(DType.FLOAT32, whole.div(2).dtype());
    assertElements(whole.div(2), 0.5, 1, 1.5);
  }

  @Test
  void dtypesPromoteAsInPyTorch() {
    var half = floats(1).to(DType.BFLOAT16);
    var single = floats(1);
    var wide = floats(1).to(DType.FLOAT64);
    var whole = Tensor.of(new long[] {1});
    var small = whole.to(DType.INT32);
    var flag = single.gt(0);
    assertEquals(DType.FLOAT32, half.add(single).dtype());
    assertEquals(DType.FLOAT64, single.add(wide).dtype());
    assertEquals(DType.FLOAT32, whole.add(single).dtype());
    assertEquals(DType.INT64, whole.add(small).dtype());
    assertEquals(DType.INT64, flag.add(whole).dtype());
    assertEquals(DType.BFLOAT16, half.add(0.5).dtype());
    assertEquals(DType.FLOAT32, wide.to(DType.FLOAT32).add(1e300).dtype());
  }

  @Test
  void largeWholeNumbersSurviveInInt64() {
    long big = (1L << 53) - 1; // the largest odd number a double scalar carries
    assertEquals(big, Tensor.of(new long[] {0}).add(big).itemLong());
    assertEquals(Long.MAX_VALUE, Tensor.of(new long[] {Long.MAX_VALUE}).itemLong());
  }

  @Test
  void inPlaceOperatorsChangeAndReturnTheTensorItself() {
    var x = floats(1, 2, 3);
    var y = x.add_(floats(1, 1, 1), -2).mul_(10);
    assertEquals(x, y);
    assertElements(x, -10, 0, 10);
    assertElements(x.clamp_(-1, 1), -1, 0, 1);
    assertElements(x.fill_(4), 4, 4, 4);
    assertElements(x.copy_(Tensor.of(new long[] {7})), 7, 7, 7);
  }

  @Test
  void reductionsAgreeWithTheirDefinitions() {
    var x = Tensor.of(new float[] {1, 2, 3, 4, 5, 9}, 2, 3);
    assertEquals(24, x.sum().item());
    assertElements(x.sum(0), 5, 7, 12);
    assertElements(x.mean(1), 2, 6);
    assertShape(x.sum(new long[] {0, 1}, true), 1, 1);
    assertElements(x.amax(0), 4, 5, 9);
    assertElements(x.amin(1), 1, 4);
    assertElements(x.argmax(1), 2, 2);
    assertElements(x.cumsum(1), 1, 3, 6, 4, 9, 18);
    assertElements(x.max(1).values(), 3, 9);
    assertElements(x.topk(2, 1).indices(), 2, 1, 2, 1);
    assertElements(x.sort(1, true).values(), 3, 2, 1, 9, 5, 4);
    assertEquals(5, floats(3, 4).norm().item(), 1e-6); // one rounding in float32
    assertEquals(1, x.std(new long[] {1}, true, false).select(0, 0).item(), 1e-6);
    assertElements(Tensor.of(new long[] {0, 2, 2}).bincount(4), 1, 0, 2, 0);
  }

  @Test
  void selectionsPickElements() {
    var x = floats(1, 2, 3);
    assertElements(x.where(x.gt(1.5), x.neg()), -1, 2, 3);
    assertElements(x.maskedFill(x.gt(2), 0), 1, 2, 0);
    assertElements(x.maskedSelect(x.ne(2)), 1, 3);
    assertElements(x.gt(1).nonzero(), 1, 2);
    assertElements(Tensor.of(new long[] {1, 0}).oneHot(3), 0, 1, 0, 1, 0, 0);
  }
}
