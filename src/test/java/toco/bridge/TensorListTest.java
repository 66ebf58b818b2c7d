package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import toco.torch.Tensor;
import toco.torch.TensorLaws;
import toco.torch.TensorList;
import toco.torch.TorchException;

/// Whole-list optimizer steps against their formulas in double precision. Parameters are of size 1,
/// so float32 rounds at 1e-7 per step; 2e-6 leaves room for five steps.
class TensorListTest extends TensorLaws {
  private static final float TOLERANCE = 2e-6f;
  private static final int STEPS = 5;
  private final Random random = new Random(4);

  private double[] uniform(int count) {
    return random.doubles(count, -1, 1).toArray();
  }

  /// A leaf with the given values, whose gradient [#pull] sets.
  private static Tensor leaf(double[] values) {
    return floats(values).requiresGrad_(true);
  }

  private static void pull(Tensor leaf, double[] gradient) {
    leaf.mul(floats(gradient)).sum().backward();
  }

  private static float[] toFloats(double[] values) {
    return floats(values).toFloatArray();
  }

  private static List<TensorList.Group> oneGroup(int size, double lr) {
    return List.of(group(size, lr));
  }

  @Test
  void adamwFollowsItsFormula() {
    double lr = 1e-2;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double eps = 1e-8;
    double decay = 0.05;
    var values = List.of(uniform(3), uniform(40));
    var params = values.stream().map(TensorListTest::leaf).toList();
    var firstMoments = values.stream().map(v -> Tensor.zeros(v.length)).toList();
    var secondMoments = values.stream().map(v -> Tensor.zeros(v.length)).toList();
    var m = List.of(new double[3], new double[40]);
    var v = List.of(new double[3], new double[40]);
    var list = new TensorList(params);
    var averages = new TensorList(firstMoments);
    var squares = new TensorList(secondMoments);
    for (int step = 1; step <= STEPS; step++) {
      list.zeroGrad();
      for (int k = 0; k < 2; k++) {
        var gradient = uniform(values.get(k).length);
        pull(params.get(k), gradient);
        for (int i = 0; i < gradient.length; i++) {
          var p = values.get(k);
          p[i] *= 1 - lr * decay;
          m.get(k)[i] = beta1 * m.get(k)[i] + (1 - beta1) * gradient[i];
          v.get(k)[i] = beta2 * v.get(k)[i] + (1 - beta2) * gradient[i] * gradient[i];
          double mHat = m.get(k)[i] / (1 - Math.pow(beta1, step));
          double vHat = v.get(k)[i] / (1 - Math.pow(beta2, step));
          p[i] -= lr * mHat / (Math.sqrt(vHat) + eps);
        }
      }
      list.adamwStep(averages, squares, oneGroup(2, lr), step, beta1, beta2, eps, decay, false);
    }
    for (int k = 0; k < 2; k++) {
      assertArrayEquals(toFloats(values.get(k)), params.get(k).toFloatArray(), TOLERANCE);
      assertArrayEquals(toFloats(m.get(k)), firstMoments.get(k).toFloatArray(), TOLERANCE);
      assertArrayEquals(toFloats(v.get(k)), secondMoments.get(k).toFloatArray(), TOLERANCE);
    }
  }

  @Test
  void sgdFollowsItsFormula() {
    double lr = 0.05;
    double momentum = 0.9;
    double decay = 0.01;
    var p = uniform(7);
    var buffer = new double[7];
    var param = leaf(p);
    var list = new TensorList(List.of(param));
    var buffers = new TensorList(List.of(Tensor.zeros(7)));
    for (int step = 1; step <= STEPS; step++) {
      var gradient = uniform(7);
      list.zeroGrad();
      pull(param, gradient);
      for (int i = 0; i < 7; i++) {
        double d = gradient[i] + decay * p[i];
        buffer[i] = step == 1 ? d : momentum * buffer[i] + d;
        p[i] -= lr * buffer[i];
      }
      list.sgdStep(buffers, oneGroup(1, lr), step, momentum, decay, false);
    }
    assertArrayEquals(toFloats(p), param.toFloatArray(), TOLERANCE);
  }

  @Test
  void emaIsAWeightedMean() {
    var average = uniform(6);
    var source = uniform(6);
    var averages = floats(average);
    var list = new TensorList(List.of(averages));
    var sources = new TensorList(List.of(floats(source)));
    for (int step = 1; step <= STEPS; step++) {
      list.emaUpdate(sources, 0.9);
      for (int i = 0; i < 6; i++) {
        average[i] = 0.9 * average[i] + (1 - 0.9) * source[i];
      }
    }
    assertArrayEquals(toFloats(average), averages.toFloatArray(), TOLERANCE);
  }

  @Test
  void aParameterWithoutGradientIsSkippedOrDecays() {
    var still = leaf(new double[] {2});
    ToDoubleFunction<Boolean> stepped =
        missingAsZero -> {
          var list = new TensorList(List.of(still));
          var moments = new TensorList(List.of(Tensor.zeros(1)));
          var squares = new TensorList(List.of(Tensor.zeros(1)));
          var groups = oneGroup(1, 0.1);
          list.adamwStep(moments, squares, groups, 1, 0.9, 0.99, 1e-8, 0.5, missingAsZero);
          return still.item();
        };
    assertEquals(2, stepped.applyAsDouble(false), 0);
    assertEquals(2 * (1 - 0.1 * 0.5), stepped.applyAsDouble(true), 1e-6);
  }

  @Test
  void stepsRunOutsideTheGraph() {
    var x = leaf(new double[] {1});
    pull(x, new double[] {1});
    new TensorList(List.of(x))
        .sgdStep(new TensorList(List.of(Tensor.zeros(1))), oneGroup(1, 0.1), 1, 0.9, 0, false);
    assertEquals(0.9, x.item(), 1e-6);
    pull(x, new double[] {1}); // still a leaf
  }

  /// The first step of AdamW moves each weight by the learning rate against the gradient's sign.
  @Test
  void eachGroupLearnsAtItsOwnRate() {
    var params = Stream.of(1.0, 1.0, 1.0).map(value -> leaf(new double[] {value})).toList();
    params.forEach(param -> pull(param, new double[] {3}));
    var groups = List.of(group(1, 0.1), group(0, 9), group(2, 0.01));
    new TensorList(params).adamwStep(zeros(3), zeros(3), groups, 1, 0.9, 0.99, 0, 0, false);
    assertArrayEquals(
        new double[] {0.9, 0.99, 0.99},
        params.stream().mapToDouble(Tensor::item).toArray(),
        TOLERANCE);
    new TensorList(params).sgdStep(zeros(3), groups, 1, 0.9, 0, false);
    assertArrayEquals(
        new double[] {0.9 - 0.3, 0.99 - 0.03, 0.99 - 0.03}, // lr · gradient
        params.stream().mapToDouble(Tensor::item).toArray(),
        TOLERANCE);
  }

  private static TensorList.Group group(int size, double lr) {
    return new TensorList.Group(size, lr);
  }

  private static TensorList zeros(int count) {
    return new TensorList(Stream.generate(() -> Tensor.zeros(1)).limit(count).toList());
  }

  @Test
  void groupsMustCoverTheListOrNothingIsUpdated() {
    var x = leaf(new double[] {1});
    pull(x, new double[] {1});
    var list = new TensorList(List.of(x));
    for (var groups : List.of(oneGroup(0, 0.1), oneGroup(2, 0.1), List.<TensorList.Group>of())) {
      var e =
          assertThrows(
              TorchException.class, () -> list.sgdStep(zeros(1), groups, 1, 0.9, 0, false));
      assertEquals(TorchException.Kind.VALUE, e.kind());
      assertThrows(
          TorchException.class,
          () -> list.adamwStep(zeros(1), zeros(1), groups, 1, 0.9, 0.99, 1e-8, 0, false));
    }
    assertEquals(1, x.item(), 0);
    assertThrows(IllegalArgumentException.class, () -> group(-1, 0.1));
  }

  @Test
  void listsMustMatchAndBeOpen() {
    var one = new TensorList(List.of(floats(1)));
    var none = new TensorList(new ArrayList<>());
    assertEquals(1, one.size());
    assertEquals(0, none.size());
    assertThrows(IllegalArgumentException.class, () -> one.emaUpdate(none, 0.9));
    none.emaUpdate(none, 0.9); // nothing to do
    one.tensors().getFirst().close();
    assertThrows(IllegalStateException.class, one::zeroGrad);
  }
}
