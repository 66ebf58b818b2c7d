package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.nn.Linear;
import toco.nn.Parameters;
import toco.optim.Optimizer;
import toco.optim.ParamGroup;
import toco.optim.Schedule;
import toco.optim.UpdateRule;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;
import toco.torch.TorchException;

@TensorTest(scope = false)
class OptimizerTest {
  /// The README's example: a small network learns the sine.
  @Test
  void aTenLineLoopLearnsTheSine() {
    try (var _ = TensorScope.open();
        var params = new Parameters()) {
      var hidden = new Linear(params.child("hidden"), 1, 32);
      var output = new Linear(params.child("output"), 32, 1);
      double last = 1;
      try (var adam = Optimizer.adamW(params.trainable(), 1e-2)) {
        var x = Tensor.rand(256, 1).mul(6).sub(3);
        for (int i = 0; i < 500; i++) {
          try (var _ = TensorScope.open()) {
            adam.zeroGrad();
            var loss = output.forward(hidden.forward(x).tanh()).mseLoss(x.sin());
            loss.backward();
            adam.step();
            last = loss.item();
          }
        }
      }
      assertTrue(last < 0.01, "loss " + last);
    }
  }

  @Test
  void clippingLowersTheTotalNormAndKeepsSmallerOnes() {
    try (var _ = TensorScope.open()) {
      var a = Tensor.ones(2).requiresGrad_(true);
      var b = Tensor.ones(1).requiresGrad_(true);
      var unused = Tensor.ones(5).requiresGrad_(true);
      try (var sgd = Optimizer.sgd(Map.of("a", a, "b", b, "unused", unused), 0.1, 0)) {
        a.mul(Tensor.of(new float[] {3, 4}, 2)).sum().add(b.mul(12).sum()).backward();
        assertEquals(13, sgd.clipGradNorm(26).item(), 1e-5); // √(3² + 4² + 12²)
        assertEquals(13, sgd.gradNorm().item(), 1e-5);
        assertGradients(1, a, b);
        assertEquals(13, sgd.clipGradNorm(6.5).item(), 1e-5);
        assertGradients(0.5, a, b); // PyTorch divides by norm + 1e-6
        assertEquals(6.5, sgd.clipGradNorm(6.5).item(), 1e-5);
        assertEquals(null, unused.grad());
        assertThrows(TorchException.class, () -> sgd.clipGradNorm(0));
      }
    }
  }

  private static void assertGradients(double factor, Tensor a, Tensor b) {
    assertEquals(3 * factor, a.grad().toFloatArray()[0], 1e-5);
    assertEquals(4 * factor, a.grad().toFloatArray()[1], 1e-5);
    assertEquals(12 * factor, b.grad().toFloatArray()[0], 1e-5);
  }

  /// A missing gradient counts as zero, as from a loss of weight 0: weight decay continues.
  @Test
  void aParameterWithoutGradientDecays() {
    try (var _ = TensorScope.open()) {
      var w = Tensor.ones(3).requiresGrad_(true);
      try (var adam = Optimizer.adamW(Map.of("w", w), 0.1)) {
        adam.step();
      }
      assertEquals(1 - 0.1 * 0.01, w.detach().toFloatArray()[0], 1e-7); // lr · weight decay
    }
  }

  /// PyTorch's: b ← momentum · b + g, w ← w − lr · b, with b = g at first.
  @Test
  void sgdKeepsItsMomentum() {
    try (var _ = TensorScope.open()) {
      var w = Tensor.ones(1).requiresGrad_(true);
      try (var sgd = Optimizer.sgd(Map.of("w", w), 0.1, 0.5)) {
        for (int i = 0; i < 2; i++) {
          sgd.zeroGrad();
          w.sum().backward();
          sgd.step();
        }
      }
      assertEquals(1 - 0.1 - 0.15, w.detach().toFloatArray()[0], 1e-6); // float32
    }
  }

  /// Each step reads its learning rate from the schedule: constant here, halved there.
  @Test
  void theScheduleSetsTheLearningRateOfEachStep() {
    try (var _ = TensorScope.open()) {
      var w = Tensor.ones(1).requiresGrad_(true);
      var rule = new UpdateRule.Sgd(0, 0);
      for (var schedule : List.<Schedule>of(Schedule.constant(), (step, lr) -> lr / (1 << step))) {
        var group = ParamGroup.of("all", 0.25, Map.of("w", w));
        try (var sgd = new Optimizer(List.of(group), rule, schedule)) {
          double first = schedule.lrAt(0, 0.25);
          double second = schedule.lrAt(1, 0.25);
          assertEquals(Map.of("all", first), sgd.learningRates());
          double before = w.item();
          for (int i = 0; i < 2; i++) {
            sgd.zeroGrad();
            w.sum().backward();
            sgd.step();
          }
          assertEquals(Map.of("all", schedule.lrAt(2, 0.25)), sgd.learningRates());
          assertEquals(before - first - second, w.item(), 0); // all are powers of two
        }
      }
    }
  }

  /// Groups with and without weight decay are updated side by side, each as by an optimizer of its
  /// own, bit for bit.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void groupsDecayOrNot(boolean adam) {
    try (var _ = TensorScope.open()) {
      var together =
          updated(
              adam,
              0.5,
              w ->
                  List.of(
                      ParamGroup.of("a", 0.1, w.get(0)), ParamGroup.of("b", 0.2, false, w.get(1))));
      var decaying = updated(adam, 0.5, w -> List.of(ParamGroup.of("a", 0.1, w.get(0))));
      var plain = updated(adam, 0, w -> List.of(ParamGroup.of("b", 0.2, w.get(1))));
      assertArrayEquals(decaying.get(0), together.get(0));
      assertArrayEquals(plain.get(1), together.get(1));
      var kept = updated(adam, 0, w -> List.of(ParamGroup.of("a", 0.1, w.get(0))));
      assertTrue(together.get(0)[0] < kept.get(0)[0], "the first decayed");
    }
  }

  /// Two weights of ones after three steps.
  private static List<float[]> updated(
      boolean adam, double decay, Function<List<Map<String, Tensor>>, List<ParamGroup>> groups) {
    var rule =
        adam ? new UpdateRule.AdamW(0.9, 0.999, 1e-8, decay) : new UpdateRule.Sgd(0.9, decay);
    var a = Tensor.ones(3).requiresGrad_(true);
    var b = Tensor.ones(3).requiresGrad_(true);
    var weights = List.of(Map.of("a", a), Map.of("b", b));
    try (var optimizer = new Optimizer(groups.apply(weights), rule, Schedule.constant())) {
      for (int i = 0; i < 3; i++) {
        optimizer.zeroGrad();
        a.square().sum().add(b.square().sum()).mul(0.1).backward();
        optimizer.step();
      }
    }
    return List.of(a.detach().toFloatArray(), b.detach().toFloatArray());
  }
}
