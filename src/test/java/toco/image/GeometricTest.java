package toco.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.checkpoint.SafeTensors;
import toco.torch.DType;
import toco.torch.Tensor;
import toco.torch.TensorScope;

class GeometricTest {
  /// LibTorch's antialiased interpolation is within one level of Pillow's resize.
  @ParameterizedTest
  @ValueSource(strings = {"50", "73", "160"})
  void resizeIsPillowsWithinOneLevel(String percent) {
    try (var _ = TensorScope.open()) {
      var golden =
          SafeTensors.read(
                  Path.of(
                      "src/test/resources/golden/resize_bilinear-%s.safetensors"
                          .formatted(percent)))
              .tensors();
      var expected = golden.get("out.rgb");
      var image = golden.get("in.rgb").permute(2, 0, 1).to(DType.FLOAT32);
      var resized =
          Geometric.resize(image, expected.size(0), expected.size(1)).round().permute(1, 2, 0);
      assertTrue(resized.sub(expected.to(DType.FLOAT32)).abs().amax().item() <= 1);
    }
  }

  @Test
  void aCropLargerThanTheImageFramesItWithZeros() {
    try (var _ = TensorScope.open()) {
      var image = Tensor.ones(3, 2, 3);
      var crop = Geometric.padAndCrop(image, 1, 0, 0, 0, 4);
      assertEquals(new ImageBox(1, 3, 0, 3), crop.box());
      assertArrayEquals(
          new float[] {0, 0, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0},
          crop.image().select(0, 0).toFloatArray());
    }
  }

  @Test
  void hueByNothingOrAWholeTurnChangesNothing() {
    try (var _ = TensorScope.open()) {
      var image = Tensor.rand(3, 8, 8).mul(255);
      assertTrue(Photometric.hue(image, 0).sub(image).abs().amax().item() < 1e-2);
      assertTrue(
          Photometric.hue(Photometric.hue(image, 0.5), 0.5).sub(image).abs().amax().item() < 1e-1);
    }
  }
}
