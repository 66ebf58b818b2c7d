package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import toco.nn.Linear;
import toco.nn.Parameters;
import toco.optim.GradScaler;
import toco.optim.Optimizer;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorScope;

class GradScalerTest {
  /// A scale that is a power of two changes no bit of a float32 gradient, unless it over- or
  /// underflows.
  @Test
  void aScaledRunEndsWithTheWeightsOfAPlainOne() {
    long before = LibTorch.liveTensors();
    assertArrayEquals(trained(false), trained(true), 0);
    assertEquals(before, LibTorch.liveTensors());
  }

  private static float[] trained(boolean scaled) {
    Rng.manualSeed(2);
    try (var _ = TensorScope.open();
        var params = new Parameters();
        var scaler = new GradScaler(Device.CPU)) {
      var layer = new Linear(params, 3, 2);
      try (var adam = Optimizer.adamW(params.trainable(), 1e-2)) {
        for (int i = 0; i < 20; i++) {
          try (var _ = TensorScope.open()) {
            adam.zeroGrad();
            var loss = layer.forward(Tensor.randn(4, 3)).square().sum();
            if (scaled) {
              scaler.scale(loss).backward();
              assertTrue(scaler.step(adam, params.trainable()));
            } else {
              loss.backward();
              adam.step();
            }
          }
        }
      }
      return params.all().get("weight").toFloatArray();
    }
  }

  @Test
  void anInfinityHalvesTheScaleAndSkipsTheStep() {
    try (var _ = TensorScope.open();
        var scaler = new GradScaler(Device.CPU, 1024, 2, 0.5, 2)) {
      var w = Tensor.ones(2).requiresGrad_(true);
      var unused = Tensor.ones(1).requiresGrad_(true);
      var params = Map.of("w", w, "unused", unused);
      try (var sgd = Optimizer.sgd(Map.of("w", w), 0.1, 0)) {
        scaler.scale(w.mul(Double.POSITIVE_INFINITY).sum()).backward();
        assertFalse(scaler.step(sgd, params));
        assertEquals(512, scaler.scale());
        assertEquals(2, w.detach().sum().item());
        assertEquals(0, sgd.steps());
        for (int i = 0; i < 2; i++) {
          sgd.zeroGrad();
          scaler.scale(w.sum()).backward();
          assertTrue(scaler.step(sgd, params));
        }
        assertEquals(1024, scaler.scale(), "doubled after two finite steps");
        assertEquals(2 - 2 * 2 * 0.1, w.detach().sum().item(), 1e-6); // float32
      }
    }
  }

  @Test
  void valuesOutOfRangeAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new GradScaler(Device.CPU, 0, 2, 0.5, 1));
    assertThrows(IllegalArgumentException.class, () -> new GradScaler(Device.CPU, 1, 1, 0.5, 1));
  }

  /// The state of a scaler whose scale has changed makes a new one continue with that scale.
  @Test
  void savedStateResumes() {
    try (var _ = TensorScope.open();
        var old = new GradScaler(Device.CPU, 1024, 2, 0.5, 2);
        var resumed = new GradScaler(Device.CPU, 1024, 2, 0.5, 2)) {
      var w = Tensor.ones(1).requiresGrad_(true);
      try (var sgd = Optimizer.sgd(Map.of("w", w), 0.1, 0)) {
        old.scale(w.mul(Double.NaN).sum()).backward();
        assertFalse(old.step(sgd, Map.of("w", w)));
      }
      var target = resumed.state();
      old.state().forEach((name, saved) -> target.get(name).copy_(saved));
      assertEquals(512, resumed.scale());
      assertEquals(512, resumed.scale(Tensor.ones(1)).item());
    }
  }
}
