package toco.cam;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.config.Combination;
import toco.config.Protocol;
import toco.model.Toco;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

/// The golden case `eval_multi_scale` checks the published values; these are the laws around them,
/// on a small network with random weights.
@TensorTest(scope = false)
class MultiScaleInferenceTest {

  private static Toco model() {
    return SmallNetwork.create(3);
  }

  @Test
  void oneScaleWithoutMirrorImageIsThePlainPass() {
    try (var model = model();
        var _ = TensorScope.open();
        var _ = GradMode.noGrad()) {
      var images = Tensor.rand(2, 3, 24, 40);
      var plain =
          model
              .segment(model.encode(images).patchMap())
              .interpolate(21, 39, Interpolation.BILINEAR);
      var single = new MultiScaleInference(List.of(1.0), Combination.NONE, Combination.MAX);
      var logits = single.logits(model, images, 21, 39);
      assertArrayEquals(plain.toFloatArray(), logits.toFloatArray());
    }
  }

  /// The mirror image of an image has the mirrored result, because sum and maximum do not depend on
  /// the order of the pair. Equal up to the rounding of the interpolations.
  @Test
  void aMirrorImageHasTheMirroredResult() {
    try (var model = model();
        var _ = TensorScope.open()) {
      for (var flip : List.of(Combination.SUM, Combination.MAX)) {
        var inference = new MultiScaleInference(List.of(1.0, 1.5), flip, Combination.SUM);
        var images = Tensor.rand(1, 3, 24, 40);
        var straight = inference.logits(model, images, 24, 40);
        var mirrored = inference.logits(model, images.flip(3), 24, 40).flip(3);
        double largest = straight.abs().amax().item();
        assertTrue(straight.sub(mirrored).abs().amax().item() <= 1e-5 * largest);
        assertTrue(straight.sub(straight.flip(3)).abs().amax().item() > 0.1 * largest);
      }
    }
  }

  /// The images of a batch are independent; matrix products of other sizes round differently.
  @Test
  void anImageInABatchHasTheResultOfTheImageAlone() {
    try (var model = model();
        var _ = TensorScope.open()) {
      var images = Tensor.rand(3, 3, 24, 40);
      var coco = MultiScaleInference.of(Protocol.of(Protocol.Name.COCO, SmallNetwork.CONFIG));
      var together = coco.logits(model, images, 20, 30);
      var alone = coco.logits(model, images.slice(0, 1, 2), 20, 30);
      double error = together.slice(0, 1, 2).sub(alone).abs().amax().item();
      assertTrue(error <= 1e-5 * alone.abs().amax().item(), "error " + error);
    }
  }

  /// Blocks of classes give the labels of all logits, bit for bit, whatever the size of a block:
  /// each class is upsampled by itself.
  @ParameterizedTest
  @ValueSource(ints = {4, 21, 151})
  void labelsInBlocksOfClassesAreThoseOfTheLogits(int classes) {
    Rng.manualSeed(5);
    var config =
        SmallNetwork.CONFIG
            .with("data.classNames=" + names(classes - 1), "model.numClasses=" + classes)
            .model();
    try (var model = new Toco(config, Device.CPU);
        var _ = TensorScope.open();
        var _ = GradMode.noGrad()) {
      var images = Tensor.rand(1, 3, 40, 72);
      var grid = model.segment(model.encode(images).patchMap());
      var whole = grid.interpolate(61, 97, Interpolation.BILINEAR);
      for (var flip : List.of(Combination.SUM, Combination.NONE)) {
        var inference = new MultiScaleInference(List.of(1.0, 1.5, 0.5), flip, Combination.MAX);
        var expected =
            inference.logits(model, images, 61, 97, grid).argmax(1).to(DType.UINT8).flatten(0);
        for (int block : new int[] {1, 3, 7, 151}) {
          var labels = inference.labels(model, images, 61, 97, grid, block).flatten(0);
          assertArrayEquals(bytes(expected), bytes(labels), "blocks of " + block);
          long end = Math.min(block, classes);
          var part = grid.slice(1, 0, end).interpolate(61, 97, Interpolation.BILINEAR);
          assertArrayEquals(whole.slice(1, 0, end).toFloatArray(), part.toFloatArray());
        }
        assertArrayEquals(
            bytes(expected), bytes(inference.labels(model, images, 61, 97, grid).flatten(0)));
      }
      var counts = whole.argmax(1).flatten(0).bincount(classes).gt(0).sum().itemLong();
      assertTrue(counts > 1, "the case is to have several labels");
    }
  }

  /// Of equal logits the first class counts, also across blocks.
  @Test
  void ofEqualLogitsTheFirstCounts() {
    try (var _ = TensorScope.open()) {
      var largest = new LargestLogits();
      largest.add(0, Tensor.of(new float[] {1, 2, 3, 0, 2, 4}, 1, 2, 1, 3));
      largest.add(2, Tensor.of(new float[] {1, 2, 5}, 1, 1, 1, 3));
      assertArrayEquals(new byte[] {0, 0, 2}, bytes(largest.labels()));
    }
  }

  private static String names(int count) {
    return IntStream.range(0, count).mapToObj(k -> "c" + k).toList().toString();
  }

  private static byte[] bytes(Tensor labels) {
    return labels.contiguous().segment().toArray(JAVA_BYTE);
  }

  /// A height of 4 px is less than a patch of 8 px, at scale 1 and at 0.25.
  @Test
  void anImageSmallerThanAPatchIsEnlargedToOne() {
    try (var model = model();
        var _ = TensorScope.open()) {
      var inference = new MultiScaleInference(List.of(1.0, 0.25), Combination.SUM, Combination.MAX);
      var logits = inference.logits(model, Tensor.rand(1, 3, 4, 20), 4, 20);
      assertArrayEquals(new long[] {1, 4, 4, 20}, logits.shape().sizes());
    }
  }

  @Test
  void invalidSettingsAreNamed() {
    var none = List.<Double>of();
    assertMessage(
        "scales must be one or more in (0, 16], got []",
        () -> new MultiScaleInference(none, Combination.SUM, Combination.MAX));
    assertMessage(
        "overScales must be sum or max",
        () -> new MultiScaleInference(List.of(1.0), Combination.SUM, Combination.NONE));
  }

  private static void assertMessage(String part, Runnable call) {
    var thrown = assertThrows(IllegalArgumentException.class, call::run);
    assertTrue(thrown.getMessage().contains(part), thrown.getMessage());
  }
}
