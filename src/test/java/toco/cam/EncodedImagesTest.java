package toco.cam;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import toco.model.Toco;
import toco.torch.GradMode;
import toco.torch.LibTorch;
import toco.torch.Tensor;
import toco.torch.TensorScope;

class EncodedImagesTest {
  private static final List<Double> SCALES = List.of(1.0, 0.5, 1.5);

  private long liveBefore;

  @BeforeEach
  void countTensors() {
    LibTorch.load();
    liveBefore = LibTorch.liveTensors();
  }

  @AfterEach
  void everyTensorIsFreed() {
    assertEquals(liveBefore, LibTorch.liveTensors(), "live tensors");
  }

  /// Reusing the tokens changes the order of the sum over scales, and with it the last bits.
  @Test
  void camsEqualThoseComputedWithoutTheTokens() {
    try (var model = SmallNetwork.create(3);
        var _ = TensorScope.open();
        var _ = GradMode.noGrad()) {
      var images = Tensor.rand(2, 3, 32, 48);
      var reused = EncodedImages.of(model, images).cams(SCALES);
      var computed = MultiScaleCam.compute(model, images, SCALES);
      assertClose(computed.cam(), reused.cam());
      assertClose(computed.auxCam(), reused.auxCam());
    }
  }

  /// Every map is computed and normalised by itself, so selecting maps before or after is the same.
  @Test
  void camsOfPresentClassesAreASelectionOfAll() {
    try (var model = SmallNetwork.create(3);
        var _ = TensorScope.open();
        var _ = GradMode.noGrad()) {
      var encoded = EncodedImages.of(model, Tensor.rand(2, 3, 32, 32));
      var present = PresentClasses.of(List.of(new float[] {1, 0, 1}, new float[] {0, 1, 0}));
      var selected = encoded.cams(SCALES, present);
      var all = encoded.cams(SCALES);
      assertClose(present.gather(all.cam()), selected.cam());
      assertClose(present.gather(all.auxCam()), selected.auxCam());
    }
  }

  @Test
  void predictionsHaveTheShapesOfTheirDocumentation() {
    try (var model = SmallNetwork.create(3);
        var _ = TensorScope.open();
        var _ = GradMode.noGrad()) {
      var images = Tensor.rand(2, 3, 32, 48);
      var predictions = Predictions.of(model, images, SCALES);
      assertShape(predictions.classLogits(), 2, 3);
      assertShape(predictions.segLogits(), 2, 4, 4, 6);
      assertShape(Objects.requireNonNull(predictions.cams()).cam(), 2, 3, 32, 48);
      assertShape(predictions.patchCosine(), 2);
      assertShape(predictions.segLabels(1, 20, 30), 20, 30);
      assertNull(Predictions.of(model, images, List.of()).cams());
    }
  }

  /// 4·6 = 24 tokens per image make 83 images per pass: 100 images run as 83 and 17.
  @Test
  void aBatchOfManyTokensRunsInSeveralPasses() {
    try (var model = SmallNetwork.create(3);
        var _ = TensorScope.open();
        var _ = GradMode.noGrad()) {
      var images = Tensor.rand(100, 3, 32, 48);
      var whole = classTokens(model, images);
      var parts =
          Tensor.cat(
              List.of(
                  model.encode(images.slice(0, 0, 83)).clsToken(),
                  model.encode(images.slice(0, 83, 100)).clsToken()),
              0);
      assertArrayEquals(parts.toFloatArray(), whole.toFloatArray());
    }
  }

  private static Tensor classTokens(Toco model, Tensor images) {
    return EncoderPasses.run(model, images, tokens -> List.of(tokens.clsToken())).getFirst();
  }

  private static void assertShape(Tensor tensor, long... sizes) {
    assertArrayEquals(sizes, tensor.shape().sizes());
  }

  /// Maps are in 0…1.
  private static void assertClose(Tensor expected, Tensor actual) {
    double error = expected.sub(actual).abs().amax().item();
    assertTrue(error <= 1e-5, "error " + error);
  }
}
