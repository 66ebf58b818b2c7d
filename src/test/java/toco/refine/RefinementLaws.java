package toco.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import toco.checkpoint.SafeTensors;
import toco.image.Resources;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorTest;

/// What the tests of refinement along colours share: recorded cases, images and assertions.
@TensorTest
abstract class RefinementLaws {
  @BeforeEach
  void seed() {
    Rng.manualSeed(5);
  }

  static SafeTensors.Contents golden(String name) {
    return SafeTensors.read(Resources.path("golden/" + name + ".safetensors"));
  }

  /// Noise whose upper left quarter is black, like padding, and whose lower left quarter has one
  /// colour: neighbours are equal there, and points coincide on the lattice.
  static Tensor patchyImages(long batch, long height, long width) {
    var images = Tensor.rand(batch, 3, height, width).mul(255);
    var left = images.slice(3, 0, width / 2);
    left.slice(2, 0, height / 2).fill_(0);
    left.slice(2, height / 2, height).fill_(117);
    return images;
  }

  /// Every element is within a share of the largest expected one.
  static void assertNear(Tensor expected, Tensor actual, double share) {
    assertEquals(expected.shape(), actual.shape());
    double largest = expected.abs().amax().item();
    double error = actual.sub(expected).abs().amax().item();
    assertTrue(
        error <= share * largest, "off by %g where the largest is %g".formatted(error, largest));
  }

  static void assertMessage(Throwable thrown, String part) {
    assertTrue(thrown.getMessage().contains(part), thrown.getMessage());
  }
}
