package toco.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorScope;

class SegLossTest {
  @Test
  void anEmptyPartCountsZeroWithAFiniteGradient() {
    try (var _ = TensorScope.open()) {
      var logits = Tensor.randn(1, 3, 4, 4).requiresGrad_(true);
      var onlyForeground = Tensor.full(2, DType.INT64, Device.CPU, 1, 4, 4);
      var loss = SegLoss.of(logits, onlyForeground);
      var whole = logits.detach().crossEntropy(onlyForeground, 255).item();
      assertEquals(whole / 2, loss.value().item(), 1e-6);
      assertEquals(1, loss.emptyParts().itemLong());
      loss.value().backward();
      var gradient = logits.grad();
      assertNotNull(gradient);
      assertEquals(0, gradient.isnan().any().itemLong());
      assertTrue(gradient.norm().item() > 0);
    }
  }

  @Test
  void allIgnoredIsZero() {
    try (var _ = TensorScope.open()) {
      var loss =
          SegLoss.of(Tensor.randn(1, 3, 4, 4), Tensor.full(255, DType.INT64, Device.CPU, 1, 4, 4));
      assertEquals(0, loss.value().item());
      assertEquals(2, loss.emptyParts().itemLong());
    }
  }
}
