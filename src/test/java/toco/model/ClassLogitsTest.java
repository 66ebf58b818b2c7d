package toco.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.config.Config;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorTest;

/// An image's class logits from its patches, by `model.pooledShare`.
@TensorTest
class ClassLogitsTest {
  private static final int WIDTH = 2;

  /// A network of two foreground classes with two features: class 0 is the first feature minus the
  /// second, class 1 twice the second; the auxiliary classifier has the opposite weights.
  private static Toco network(String share) {
    Rng.manualSeed(7);
    var config =
        Config.defaults()
            .with(
                "model.backbone=custom",
                "model.imageSizePx=16",
                "model.patchSizePx=8",
                "model.embedDim=" + WIDTH,
                "model.depth=1",
                "model.numHeads=1",
                "model.auxLayer=-1",
                "model.numClasses=3",
                "data.classNames=[a, b]",
                "model.decoderChannels=2",
                "model.projectionHidden=2",
                "model.projectionBottleneck=2",
                "model.projectionOut=2",
                "model.pooledShare=" + share);
    var model = new Toco(config.model(), Device.CPU);
    try (var _ = GradMode.noGrad()) {
      var weight = Tensor.of(new float[] {1, -1, 0, 2}, 2, WIDTH, 1, 1);
      var _ = model.params().all().get("classifier.weight").copy_(weight);
      var _ = model.params().all().get("aux_classifier.weight").copy_(weight.neg());
    }
    return model;
  }

  /// Two images of 2 × 4 patches. Logits of class 0: 1 −1 2 0 3 −4 0 1, and 0 except for one −8; of
  /// class 1: 0 4 2 0 −2 8 0 0, and 0 except for one 16.
  private static Tensor patches() {
    return Tensor.of(
        new float[] {
          1, 1, 3, 0, 2, 0, 0, 1,
          0, 2, 1, 0, -1, 4, 0, 0,
          0, 0, 0, 0, 0, 0, 0, 0,
          0, 0, 0, 0, 0, 0, 0, 8
        },
        2,
        WIDTH,
        2,
        4);
  }

  private static void assertLogits(String share, float... expected) {
    try (var model = network(share)) {
      assertArrayEquals(expected, model.classLogits(patches()).toFloatArray(), 1e-6f);
    }
  }

  /// As published: the classifier on the features' maxima, (3, 4) and (0, 8).
  @Test
  void shareZeroPoolsTheFeatures() {
    assertLogits("0", -1, 8, -8, 16);
  }

  /// The classifier is linear: the mean of its logits is the logit of the mean features.
  @Test
  void shareOneIsTheAverage() {
    assertLogits("1", 2 / 8f, 12 / 8f, -1, 2);
    try (var model = network("1");
        var published = network("0")) {
      var mean = patches().mean(new long[] {2, 3}, true);
      assertArrayEquals(
          published.classLogits(mean).toFloatArray(),
          model.classLogits(patches()).toFloatArray(),
          1e-6f);
    }
  }

  /// A quarter of 8 patches: the two largest logits, of each class its own.
  @Test
  void aShareIsTheMeanOfTheLargestLogits() {
    assertLogits("0.25", (3 + 2) / 2f, (8 + 4) / 2f, 0, 8);
  }

  @Test
  void auxiliaryLogitsArePooledInTheSameWay() {
    try (var published = network("0");
        var pooled = network("0.25")) {
      var negated = patches().neg(); // its maxima are (0, 1) and (0, 0)
      float[] own = {1, -2, 0, 0};
      assertArrayEquals(own, published.auxClassLogits(negated).toFloatArray(), 1e-6f);
      float[] largest = {2.5f, 6, 0, 8};
      assertArrayEquals(largest, pooled.auxClassLogits(negated).toFloatArray(), 1e-6f);
    }
  }

  /// 0.06, 0.18 and 0.19 of 8 patches are 0.48, 1.44 and 1.52: one, one and two patches.
  @ParameterizedTest
  @ValueSource(strings = {"0.06", "0.18", "0.19"})
  void numbersOfPatchesAreRoundedAndAtLeastOne(String share) {
    if (share.equals("0.19")) {
      assertLogits(share, 2.5f, 6, 0, 8);
    } else {
      assertLogits(share, 3, 8, 0, 16);
    }
  }
}
