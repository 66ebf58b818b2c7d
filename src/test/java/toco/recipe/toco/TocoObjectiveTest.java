package toco.recipe.toco;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;
import toco.cam.SmallNetwork;
import toco.loss.ClassLoss;
import toco.torch.TensorTest;

/// ToCo's losses by switches that the published code does not have.
@TensorTest
class TocoObjectiveTest {
  /// The classes that images show are pooled by attention in both classification losses.
  @Test
  void presentClassesArePooledByAttention() {
    String[] attended = {"model.pooledShare=0.2", "model.attendedPooling=true"};
    var config = SmallNetwork.CONFIG.with(attended);
    try (var model = SmallNetwork.create(1, attended)) {
      var batch = SmallNetwork.batch(0);
      var losses = TocoObjective.of(model, config).forward(batch, false).losses();
      var tokens = model.encode(batch.view1());
      var labels = batch.labels();
      var cls =
          ClassLoss.of(
              model.trainedClassLogits(tokens.patchMap(), tokens.clsAttention(), labels), labels);
      var aux =
          ClassLoss.of(
              model.trainedAuxClassLogits(tokens.auxMap(), tokens.clsAttention(), labels), labels);
      assertEquals(cls.item(), losses.require(TocoLosses.CLS).item());
      assertEquals(aux.item(), losses.require(TocoLosses.CLS_AUX).item());
      var largest = ClassLoss.of(model.classLogits(tokens.patchMap()), labels);
      assertNotEquals(largest.item(), cls.item());
    }
  }
}
