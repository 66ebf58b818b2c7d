package toco.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import toco.torch.Tensor;
import toco.torch.TensorScope;

class PhotometricTest {
  /// A configuration may ask for no blur at all (`augment.blurRadiusMin: 0`).
  @Test
  void aBlurWithoutRadiusIsTheImage() {
    try (var _ = TensorScope.open()) {
      var image = Tensor.rand(3, 8, 9).mul(255);
      for (double radius : new double[] {0, 1e-4, 1e-3, 0.05}) {
        var blurred = Photometric.gaussianBlur(image, radius);
        assertArrayEquals(image.toFloatArray(), blurred.toFloatArray(), "radius " + radius);
      }
    }
  }

  @Test
  void aBlurKeepsTheMeanOfWhatLiesFarFromTheEdgeAndLowersTheContrast() {
    try (var _ = TensorScope.open()) {
      var image = Tensor.zeros(3, 21, 21);
      var _ = image.slice(1, 10, 11).slice(2, 10, 11).add_(Tensor.ones(1), 255);
      var blurred = Photometric.gaussianBlur(image, 2);
      assertEquals(255, blurred.select(0, 0).sum().item(), 1e-2); // the weights sum to 1 in float32
      assertTrue(blurred.amax().item() < 255 / 6.0);
    }
  }
}
