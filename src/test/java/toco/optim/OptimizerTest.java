package toco.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import toco.config.Config;
import toco.config.OptimConfig.Kind;
import toco.model.Toco;
import toco.nn.Linear;
import toco.nn.Parameters;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.Tensor;
import toco.torch.TensorScope;

class OptimizerTest {
  /// The README's example: a small network learns the sine.
  @Test
  void aTenLineLoopLearnsTheSine() {
    long before = LibTorch.liveTensors();
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
    assertEquals(before, LibTorch.liveTensors());
  }

  /// A loss of weight 0 gives a zero gradient, not none: decay goes on.
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

  @Test
  void polyDropsAtTheEndOfWarmupBecauseItCountsFromZero() {
    var schedule = new Schedule(Kind.POLY_WARMUP_ADAMW, 1500, 20000, 1e-6, 0.9);
    assertEquals(6e-5 * 1e-6, schedule.lrAt(0, 6e-5), 1e-18);
    assertEquals(6e-5 * Math.pow(1 - 1500 / 20000.0, 0.9), schedule.lrAt(1500, 6e-5), 1e-12);
    assertTrue(schedule.lrAt(1499, 6e-5) > schedule.lrAt(1500, 6e-5));
    assertEquals(
        schedule.lrAt(19999, 6e-5),
        schedule.lrAt(20000, 6e-5)); // past the last step the rate stays
  }

  @Test
  void everyTrainableWeightIsInOneGroup() {
    var config = Config.load(java.nio.file.Path.of("configs/demo.yaml"), java.util.List.of());
    try (var model = new Toco(config.model(), Device.CPU)) {
      var groups = ParamGroups.of(model.params(), config.optim());
      var grouped = groups.stream().flatMap(group -> group.names().stream()).toList();
      var trainable = model.params().trainable();
      assertEquals(
          trainable.keySet().stream().sorted().toList(), grouped.stream().sorted().toList());
      model
          .params()
          .all()
          .forEach(
              (name, weight) ->
                  assertEquals(trainable.containsKey(name), weight.requiresGrad(), name));
      assertTrue(grouped.contains("proj_head.mlp.0.weight"));
      assertFalse(grouped.contains("proj_head_t.mlp.0.weight"));
      assertEquals(1e-3, groups.get(0).lr());
      assertEquals(5e-3, groups.get(2).lr(), 1e-12);
      assertEquals(3e-3, groups.get(3).lr(), 1e-12);
      groups.forEach(ParamGroup::close);
    }
  }
}
