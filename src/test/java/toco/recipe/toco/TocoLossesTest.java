package toco.recipe.toco;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import toco.config.Config;
import toco.loss.LossTerms;
import toco.loss.LossWeights;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// The weights of the published schedules (METHOD.md, training step 5), and the sum that they make.
class TocoLossesTest {
  private static LossWeights coco(long iteration) {
    var config = Config.load(Path.of("configs/coco_deit_b.yaml"), List.of());
    return TocoLosses.of(config.loss()).at(iteration);
  }

  @Test
  void cocoStartsWithClassificationThenTheDecoderThenTheContrasts() {
    assertEquals(List.of(TocoLosses.CLS, TocoLosses.CLS_AUX), coco(0).terms());
    assertEquals(List.of(TocoLosses.CLS, TocoLosses.CLS_AUX), coco(8000).terms());
    assertEquals(
        List.of(TocoLosses.CLS, TocoLosses.CLS_AUX, TocoLosses.SEG, TocoLosses.REG),
        coco(8001).terms());
    assertEquals(TocoLosses.of(Config.defaults().loss()).terms(), coco(12001).terms());
  }

  @Test
  void weightsByKeyAreInThePapersOrder() {
    var weights = TocoLosses.of(Config.defaults().loss()).at(2001).byKey();
    assertEquals(
        Map.of("cls", 1.0, "clsAux", 1.0, "ptc", 0.2, "ctc", 0.5, "seg", 0.1, "reg", 0.05),
        weights);
    assertEquals(
        List.of("cls", "clsAux", "ptc", "ctc", "seg", "reg"), List.copyOf(weights.keySet()));
  }

  @Test
  void changesAreTheFirstIterationsOfTerms() {
    assertEquals(List.of(0L, 2001L), TocoLosses.of(Config.defaults().loss()).changes());
  }

  @Test
  void theTotalIsTheWeightedSumAndMissesNoTerm() {
    try (var _ = TensorScope.open()) {
      var early = TocoLosses.of(Config.defaults().loss()).at(0);
      var terms =
          Map.of(
              TocoLosses.CLS, scalar(1),
              TocoLosses.CLS_AUX, scalar(2),
              TocoLosses.PTC, scalar(4),
              TocoLosses.CTC, scalar(8),
              TocoLosses.SEG, scalar(16)); // computed for a report: weight 0 at iteration 0
      double total = new LossTerms(terms).total(early).item();
      assertEquals(1 + 2 + 0.2 * 4 + 0.5 * 8, total, 1e-6); // float32
      var late = TocoLosses.of(Config.defaults().loss()).at(2001);
      var e = assertThrows(IllegalArgumentException.class, () -> new LossTerms(terms).total(late));
      assertTrue(e.getMessage().contains("reg"), e.getMessage());
    }
  }

  private static Tensor scalar(float value) {
    return Tensor.of(new float[] {value}, 1).select(0, 0);
  }
}
