package toco.distributed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorList;
import toco.torch.TorchException;

/// Gradients are averaged over ranks, with buckets of any size, sent during the backward pass or
/// after it.
@EnabledIf(value = "toco.distributed.Ranks#canJoin", disabledReason = "built without libgloo-dev")
class GradientAveragingTest {
  private static final float TOLERANCE = 1e-6f; // a sum of three float32 numbers near 1

  /// Leaf tensors w0…w4; the loss on rank r is Σ over the used i of (r + 1)·(i + 1)·Σ wᵢ.
  private static List<Tensor> weights() {
    var weights = new ArrayList<Tensor>();
    for (int i = 0; i < 5; i++) {
      weights.add(Tensor.full(1, DType.FLOAT32, Device.CPU, i + 2, 3).requiresGrad_(true));
    }
    return weights;
  }

  private static void backward(List<Tensor> weights, int rank, List<Integer> used) {
    var loss = Tensor.zeros();
    for (int i : used) {
      loss = loss.add(weights.get(i).sum().mul((rank + 1) * (i + 1)));
    }
    loss.backward();
  }

  @ParameterizedTest
  @CsvSource({"1, true", "1, false", "30, true", "100000, true", "100000, false"})
  void everyGradientBecomesTheMeanForAnyBucketSize(long bucketBytes, boolean overlap) {
    Ranks.run(
        3,
        world -> {
          var weights = weights();
          try (var averaging = GradientAveraging.of(world, weights, bucketBytes, overlap)) {
            for (int step = 0; step < 4; step++) {
              averaging.begin();
              backward(weights, world.rank(), List.of(0, 1, 2, 3, 4));
              averaging.finish();
              for (int i = 0; i < 5; i++) {
                assertGradient((1 + 2 + 3) / 3f * (i + 1), weights.get(i));
              }
              new TensorList(weights).zeroGrad();
            }
          }
          return "";
        });
  }

  private static void assertGradient(float expected, Tensor weight) {
    var gradient = weight.grad();
    assertNotNull(gradient);
    for (float value : gradient.toFloatArray()) {
      assertEquals(expected, value, TOLERANCE);
    }
  }

  @Test
  void theSetOfUsedParametersMayChangeBetweenStepsAndDifferBetweenRanks() {
    Ranks.run(
        2,
        world -> {
          var weights = weights();
          try (var averaging = GradientAveraging.of(world, weights, 40, true)) {
            for (int step = 0; step < 3; step++) { // no rank has gradients of w1 and w3
              step(averaging, weights, world.rank(), List.of(0, 2, 4));
              assertGradient(1.5f, weights.get(0));
              assertNull(weights.get(1).grad());
              assertNull(weights.get(3).grad());
              new TensorList(weights).zeroGrad();
            }
            for (int step = 0; step < 3; step++) { // only rank 1 uses w3
              step(
                  averaging, weights, world.rank(), world.rank() == 0 ? List.of(0) : List.of(0, 3));
              assertGradient(1.5f, weights.get(0));
              assertGradient(2 * 4 / 2f, weights.get(3)); // rank 0's gradient counts as zero
              assertNull(weights.get(1).grad());
              new TensorList(weights).zeroGrad();
            }
            step(averaging, weights, world.rank(), List.of(0, 1, 2, 3, 4));
            assertGradient(1.5f * 5, weights.get(4));
          }
          return "";
        });
  }

  private static void step(
      GradientAveraging averaging, List<Tensor> weights, int rank, List<Integer> used) {
    averaging.begin();
    backward(weights, rank, used);
    averaging.finish();
  }

  @Test
  void gradientsOfEarlierMicroBatchesAreAveragedWithTheLast() {
    Ranks.run(
        2,
        world -> {
          var weights = weights();
          try (var averaging = GradientAveraging.of(world, weights, 40, true)) {
            for (int step = 0; step < 3; step++) {
              backward(weights, world.rank(), List.of(0, 1)); // without begin(), nothing is sent
              step(averaging, weights, world.rank(), List.of(1, 2));
              assertGradient(1.5f, weights.get(0));
              assertGradient(2 * 1.5f * 2, weights.get(1));
              assertGradient(1.5f * 3, weights.get(2));
              new TensorList(weights).zeroGrad();
            }
          }
          return "";
        });
  }

  @Test
  void allRanksStopAfterTheStepInWhichOneWasAsked() {
    var stops =
        Ranks.run(
            3,
            world -> {
              var weights = weights();
              var seen = new ArrayList<Boolean>();
              try (var averaging = GradientAveraging.of(world, weights, 40, true)) {
                for (int step = 0; step < 3; step++) {
                  if (step == 1 && world.rank() == 2) {
                    averaging.requestStop();
                    assertEquals(false, averaging.stopAgreed());
                  }
                  step(averaging, weights, world.rank(), List.of(0));
                  seen.add(averaging.stopAgreed());
                }
              }
              return seen;
            });
    stops.forEach(seen -> assertEquals(List.of(false, true, true), seen));
  }

  @Test
  void onlyLeafTensorsThatRequireGradientsAreAccepted() {
    Ranks.run(
        2,
        world -> {
          var e =
              assertThrows(
                  TorchException.class,
                  () -> GradientAveraging.of(world, List.of(Tensor.zeros(2)), 40, true));
          assertTrue(e.getMessage().contains("leaves"), e.getMessage());
          return "";
        });
  }
}
