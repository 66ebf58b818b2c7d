package toco.cam;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import toco.config.Combination;
import toco.config.PixelStatistics;
import toco.image.RgbImage;
import toco.model.Toco;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Rng;
import toco.torch.ScriptModule;
import toco.torch.Tensor;
import toco.torch.TensorTest;

/// What networks are given of images: normalised as they were trained, in sizes that their patch
/// fits.
@TensorTest
class NetworkInputTest {
  private static final int PATCH = 14;
  private static final List<Double> SCALES = List.of(1.0, 0.5, 1.5);

  @TempDir Path folder;

  /// A network whose tokens are the mean colours of the patches, and whose CAM is their red.
  private Toco redness(String... more) {
    var script = folder.resolve("mean.ts");
    try (var module = ScriptModule.create("Mean")) {
      module.define(
          """
          def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
              return x.mean([2, 3]), torch.avg_pool2d(x, %s)
          """
              .formatted(PATCH));
      module.save(script, Map.of());
    }
    var config =
        SmallNetwork.CONFIG.with(
            "model.encoder=script:" + script,
            "model.scriptOutputs=[\"0\", \"1\", \"1\"]",
            "model.imageSizePx=null",
            "model.depth=null",
            "model.numHeads=null",
            "model.embedDim=3",
            "model.patchSizePx=" + PATCH,
            "model.numClasses=2",
            "data.classNames=[red]",
            "augment.cropSizePx=56",
            "train.localCropSizePx=14",
            "eval.sizePx=56");
    var model = new Toco(config.with(more).model(), Device.CPU);
    try (var _ = GradMode.noGrad()) {
      for (var head : List.of("classifier.weight", "aux_classifier.weight")) {
        model.params().all().get(head).copy_(Tensor.of(new float[] {1, 0, 0}, 1, 3, 1, 1));
      }
    }
    return model;
  }

  /// Black, with a red square of 30 px.
  private static RgbImage square(int width, int height, int left, int top) {
    var image = new RgbImage(Arena.ofAuto().allocate(3L * width * height), width, height);
    for (int y = top; y < top + 30; y++) {
      for (int x = left; x < left + 30; x++) {
        image.pixels().set(JAVA_BYTE, 3L * (y * width + x), (byte) -1);
      }
    }
    return image;
  }

  /// How far the centre of a map's activation is from that of the square, in px.
  private static double error(Toco model, RgbImage image, int left, int top) {
    try (var _ = GradMode.noGrad()) {
      var input = NetworkInput.of(image, 0, model);
      var cam = EncodedImages.of(model, input).cams(SCALES).cam().select(0, 0).select(0, 0);
      assertArrayEquals(
          new long[] {image.heightPx(), image.widthPx()}, cam.shape().sizes(), "at its own size");
      var mass = cam.mul(cam.gt(0.3).to(DType.FLOAT32));
      double y = centre(mass.sum(1));
      double x = centre(mass.sum(0));
      return Math.max(Math.abs(x - (left + 15)), Math.abs(y - (top + 15)));
    }
  }

  private static double centre(Tensor mass) {
    var pixels = Tensor.arange(0, mass.size(0), DType.FLOAT32, Device.CPU).add(0.5);
    return pixels.mul(mass).sum().item() / mass.sum().item();
  }

  /// At 500×375 px, 10 columns and 11 rows are beyond the last whole patch of 14 px. Stretching the
  /// map over them moves what is near the right and bottom edge by as much.
  @ParameterizedTest
  @CsvSource({
    "500, 375, 455, 330", "500, 375, 20, 20", "500, 375, 240, 170",
    "375, 500, 330, 455", "333, 251, 290, 210", "448, 448, 400, 400",
  })
  void aMapIsWhereItsObjectIs(int width, int height, int left, int top) {
    try (var model = redness("model.patchFit=resize")) {
      assertEquals(0, error(model, square(width, height, left, top), left, top), 3.5);
    }
  }

  /// As published: the map is stretched, which moves it.
  @Test
  void croppingMovesTheMapTowardsTheEdge() {
    try (var model = redness()) {
      assertTrue(error(model, square(500, 375, 440, 320), 440, 320) > 5);
    }
  }

  /// The encoder sees the image resized to the nearest multiples at each scale, which is computed
  /// from the image itself; logits come back at the size that is asked for.
  @ParameterizedTest
  @ValueSource(doubles = {1, 0.5, 1.5, 1.25})
  void logitsAreThoseOfTheResizedImage(double scale) {
    try (var model = SmallNetwork.create(4, "model.patchFit=resize");
        var _ = GradMode.noGrad()) {
      var images = Tensor.rand(2, 3, 37, 51);
      long height = Math.round(scale * 37 / 8) * 8;
      long width = Math.round(scale * 51 / 8) * 8;
      var resized = images.interpolate(height, width, Interpolation.BILINEAR);
      var expected =
          model
              .segment(model.encode(resized).patchMap())
              .interpolate(37, 51, Interpolation.BILINEAR);
      var inference = new MultiScaleInference(List.of(scale), Combination.NONE, Combination.MAX);
      assertArrayEquals(
          expected.toFloatArray(), inference.logits(model, images, 37, 51).toFloatArray());
    }
  }

  /// Sides that are multiples of the patch are taken as they are, whatever the choice.
  @Test
  void imagesThatFitAreNotResized() {
    for (var fit : List.of("crop", "resize")) {
      try (var model = SmallNetwork.create(4, "model.patchFit=" + fit)) {
        var images = Tensor.rand(1, 3, 40, 72);
        assertEquals(images, NetworkInput.fitted(model, images));
      }
    }
  }

  /// Every image has results at its own size, also one that is smaller than a patch at some scale.
  @ParameterizedTest
  @CsvSource({"1, 1", "5, 90", "13, 14", "20, 27"})
  void imagesOfAFewPixelsHaveMaps(int width, int height) {
    for (var fit : List.of("crop", "resize")) {
      try (var model = redness("model.patchFit=" + fit);
          var _ = GradMode.noGrad()) {
        var image = new RgbImage(Arena.ofAuto().allocate(3L * width * height), width, height);
        var input = NetworkInput.of(image, 0, model);
        var predictions = Predictions.of(model, input, SCALES);
        var cam = predictions.cams().cam();
        assertArrayEquals(new long[] {1, 1, height, width}, cam.shape().sizes());
        assertArrayEquals(
            new long[] {height, width}, predictions.segLabels(0, height, width).shape().sizes());
        var computed = MultiScaleCam.compute(model, input, SCALES);
        assertArrayEquals(cam.shape().sizes(), computed.cam().shape().sizes());
        assertEquals(1, PatchCosine.ofBlocks(model, input).size());
      }
    }
  }

  /// A network whose first layer undoes the difference between two normalisations sees the same.
  @ParameterizedTest
  @ValueSource(ints = {0, 32})
  void theNetworksOwnStatisticsAreUsed(int sizePx) {
    var clip =
        List.of(
                "model.mean=" + PixelStatistics.CLIP.mean(),
                "model.std=" + PixelStatistics.CLIP.std())
            .toArray(String[]::new);
    try (var model = SmallNetwork.create(4);
        var other = SmallNetwork.create(4, clip);
        var _ = GradMode.noGrad()) {
      compensate(other, PixelStatistics.IMAGENET, PixelStatistics.CLIP);
      Rng.manualSeed(9);
      var pixels = Tensor.randint(0, 256, 45, 61, 3).to(DType.UINT8);
      var image = new RgbImage(pixels.segment(), 61, 45);
      var expected = logits(model, image, sizePx);
      double error = logits(other, image, sizePx).sub(expected).abs().amax().item();
      assertTrue(error < 1e-4 * expected.abs().amax().item(), "error " + error);
    }
  }

  private static Tensor logits(Toco model, RgbImage image, int sizePx) {
    return EncodedImages.of(model, NetworkInput.of(image, sizePx, model)).segLogits();
  }

  /// x_to = (x_from · std_from + mean_from − mean_to) / std_to, put into the patch embedding.
  private static void compensate(Toco model, PixelStatistics to, PixelStatistics from) {
    var weight = model.params().all().get("encoder.patch_embed.proj.weight"); // [D, 3, P, P]
    var bias = model.params().all().get("encoder.patch_embed.proj.bias");
    var scale = new float[3];
    var shift = new float[3];
    for (int c = 0; c < 3; c++) {
      double std = to.std().get(c);
      scale[c] = (float) (from.std().get(c) / std);
      shift[c] = (float) ((from.mean().get(c) - to.mean().get(c)) / std);
    }
    var shifted = weight.mul(Tensor.of(shift, 1, 3, 1, 1)).sum(new long[] {1, 2, 3}, false);
    bias.copy_(bias.add(shifted));
    weight.copy_(weight.mul(Tensor.of(scale, 1, 3, 1, 1)));
  }
}
