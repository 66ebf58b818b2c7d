package toco.recipe.cosa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import toco.cam.MultiScaleCam;
import toco.cam.PresentClasses;
import toco.cam.SmallNetwork;
import toco.torch.Tensor;
import toco.torch.TensorTest;

@TensorTest
class MultiScaleMapsTest {
  private static final List<Double> SCALES = List.of(1.0, 0.5, 1.5);

  private static double difference(Tensor a, Tensor b) {
    return a.sub(b).abs().amax().item();
  }

  /// CAMs are ToCo's; the auxiliary CAM is that of the last scale alone; logits are the sums over
  /// single scales.
  @Test
  void camsAreOfAllScalesAuxiliaryOnesOfTheLast() {
    try (var model = SmallNetwork.create(3)) {
      var images = Tensor.randn(2, 3, 32, 32);
      var maps = MultiScaleMaps.of(model, images, SCALES, null);
      var tocos = MultiScaleCam.compute(model, images, SCALES);
      assertEquals(0, difference(tocos.cam(), maps.cam()), 1e-5);
      var last = MultiScaleCam.compute(model, images, List.of(1.5));
      assertEquals(0, difference(last.auxCam(), maps.auxCam()), 1e-5);
      assertTrue(difference(tocos.auxCam(), maps.auxCam()) > 0.01, "not of all scales");
      var sum = maps.segLogits().zerosLike();
      var classes = maps.classLogits().zerosLike();
      for (double scale : SCALES) {
        var one = MultiScaleMaps.of(model, images, List.of(scale), null);
        sum.add_(one.segLogits(), 1);
        classes.add_(one.classLogits(), 1);
      }
      assertEquals(0, difference(sum, maps.segLogits()), 1e-5);
      assertEquals(0, difference(classes, maps.classLogits()), 1e-5);
    }
  }

  @Test
  void aMirrorImageHasTheMirroredMaps() {
    try (var model = SmallNetwork.create(3)) {
      var images = Tensor.randn(1, 3, 32, 32);
      var maps = MultiScaleMaps.of(model, images, SCALES, null);
      var mirrored = MultiScaleMaps.of(model, images.flip(3), SCALES, null);
      assertEquals(0, difference(maps.cam(), mirrored.cam().flip(3)), 1e-5);
      assertEquals(0, difference(maps.segLogits(), mirrored.segLogits().flip(3)), 1e-5);
    }
  }

  @Test
  void mapsOfPresentClassesAreTheSame() {
    try (var model = SmallNetwork.create(3)) {
      var images = Tensor.randn(2, 3, 32, 32);
      var present = PresentClasses.of(List.of(new float[] {0, 1, 1}, new float[] {1, 0, 0}));
      var all = MultiScaleMaps.of(model, images, SCALES, null);
      var some = MultiScaleMaps.of(model, images, SCALES, present);
      assertEquals(0, difference(present.gather(all.cam()), some.cam()), 1e-6);
      assertEquals(0, difference(present.gather(all.auxCam()), some.auxCam()), 1e-6);
      var logits = all.segLogits();
      var background = some.segLogits().slice(1, 0, 1);
      assertEquals(0, difference(logits.slice(1, 0, 1), background), 1e-6);
      assertEquals(
          0,
          difference(present.gather(logits.slice(1, 1, 4)), some.segLogits().slice(1, 1, 3)),
          1e-6);
    }
  }

  @Test
  void noScaleIsRefused() {
    try (var model = SmallNetwork.create(3)) {
      var images = Tensor.randn(1, 3, 32, 32);
      assertThrows(
          IllegalArgumentException.class, () -> MultiScaleMaps.of(model, images, List.of(), null));
    }
  }
}
