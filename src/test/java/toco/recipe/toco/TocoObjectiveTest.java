package toco.recipe.toco;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import toco.batch.Batch;
import toco.cam.SmallNetwork;
import toco.config.RecipeName;
import toco.image.ImageBox;
import toco.loss.ClassLoss;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorTest;

/// ToCo's losses by switches that the published code does not have.
@TensorTest
class TocoObjectiveTest {
  private static final int SIZE = 32;

  private static Batch batch() {
    var labels = List.of(new float[] {1, 0, 1}, new float[] {0, 1, 0});
    return new Batch(
        Tensor.randn(2, 3, SIZE, SIZE),
        Tensor.randn(2, 3, SIZE, SIZE),
        Tensor.randn(2, 3, SIZE, SIZE),
        Tensor.of(new float[] {1, 0, 1, 0, 1, 0}, 2, 3),
        labels,
        List.of(ImageBox.full(SIZE, SIZE), ImageBox.full(SIZE, SIZE)),
        List.of(0, 1),
        0,
        0);
  }

  /// The classes that images show are pooled by attention in both classification losses.
  @Test
  void presentClassesArePooledByAttention() {
    var config =
        SmallNetwork.config(
            RecipeName.TOCO,
            "train.localCropSizePx=16",
            "model.pooledShare=0.2",
            "model.attendedPooling=true");
    try (var model = new Toco(config.model(), Device.CPU)) {
      var batch = batch();
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
