package toco.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.image.TestImages.black;
import static toco.image.TestImages.largestDifference;
import static toco.image.TestImages.noise;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.config.PixelStatistics;
import toco.torch.DType;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import toco.torch.TensorTest;
import toco.torch.TorchException;

@TensorTest
class GeometricTest {
  private static final Normalization NORMALIZATION = Normalization.of(PixelStatistics.IMAGENET);

  /// Pillow's own results: the kernels equal them, and LibTorch's antialiased interpolation is
  /// within one level.
  @ParameterizedTest
  @ValueSource(strings = {"50", "73", "160"})
  void bothResizeToTheRecordedLevels(String percent) {
    var recorded = TestImages.recorded("resize_bilinear-" + percent);
    var expected = recorded.out();
    var exact = expected.zerosLike();
    Geometric.resize(recorded.in(), exact);
    assertEquals(0, largestDifference(expected, exact));
    var near = expected.zerosLike();
    GeometricOperators.resample(
        recorded.in(),
        new long[] {0, 0, recorded.in().size(0), recorded.in().size(1)},
        new long[] {expected.size(0), expected.size(1)},
        new long[2],
        Interpolation.BILINEAR_ANTIALIAS,
        near);
    assertTrue(largestDifference(expected, near) <= 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void bothResizeACropToTheRecordedLevels(int number) {
    var recorded = TestImages.recorded("resized_crop_bicubic-" + number);
    var expected = recorded.out();
    int top = recorded.integer("top");
    int left = recorded.integer("left");
    int height = recorded.integer("height");
    int width = recorded.integer("width");
    var exact = expected.zerosLike();
    Geometric.resizedCrop(recorded.in(), top, left, height, width, exact);
    assertEquals(0, largestDifference(expected, exact));
    var near = expected.zerosLike();
    GeometricOperators.resample(
        recorded.in(),
        new long[] {top, left, height, width},
        new long[] {expected.size(0), expected.size(1)},
        new long[2],
        Interpolation.BICUBIC_ANTIALIAS,
        near);
    assertTrue(largestDifference(expected, near) <= 1);
  }

  /// Beside an edge, bicubic weights exceed the range of levels, which Pillow cuts off after each
  /// pass: without that, the operators were 10 levels off at corners.
  @Test
  void cornersAreResizedWithinOneLevel() {
    var image = black(40, 40);
    for (int i = 0; i < 4; i++) {
      var _ = image.slice(0, 3 + 9 * i, 8 + 9 * i).slice(1, 2, 17 + 5 * i).fill_(255);
    }
    for (int size : new int[] {17, 40, 64}) {
      var exact = black(size, size);
      Geometric.resizedCrop(image, 1, 1, 37, 38, exact);
      var near = black(size, size);
      GeometricOperators.resample(
          image,
          new long[] {1, 1, 37, 38},
          new long[] {size, size},
          new long[2],
          Interpolation.BICUBIC_ANTIALIAS,
          near);
      assertTrue(largestDifference(exact, near) <= 1, () -> size + " px");
    }
  }

  /// A scaled crop computes only the visible part, but equals resizing, padding and cropping, for
  /// images larger and smaller than the crop and any position of the padding.
  @Test
  void aScaledCropIsAWindowOfTheResizedAndPaddedImage() {
    var random = new Random(5);
    for (int i = 0; i < 60; i++) {
      var image = noise(1 + random.nextInt(60), 1 + random.nextInt(60));
      int height = 1 + random.nextInt(90);
      int width = 1 + random.nextInt(90);
      int size = 1 + random.nextInt(60);
      int canvasHeight = Math.max(height, size);
      int canvasWidth = Math.max(width, size);
      int padTop = random.nextInt(canvasHeight - height + 1);
      int padLeft = random.nextInt(canvasWidth - width + 1);
      int cropTop = random.nextInt(canvasHeight - size + 1);
      int cropLeft = random.nextInt(canvasWidth - size + 1);

      var resized = black(height, width);
      Geometric.resize(image, resized);
      var canvas = black(canvasHeight, canvasWidth);
      var _ =
          canvas
              .slice(0, padTop, padTop + height)
              .slice(1, padLeft, padLeft + width)
              .copy_(resized);
      var expected = canvas.slice(0, cropTop, cropTop + size).slice(1, cropLeft, cropLeft + size);

      var crop = black(size, size).add(9); // the previous content must not show
      var box =
          Geometric.scaledCrop(image, height, width, padTop, padLeft, cropTop, cropLeft, crop);
      assertEquals(0, largestDifference(expected, crop));
      assertEquals(
          new ImageBox(
              Math.max(padTop - cropTop, 0),
              Math.min(padTop - cropTop + height, size),
              Math.max(padLeft - cropLeft, 0),
              Math.min(padLeft - cropLeft + width, size)),
          box);

      var near = black(size, size).add(9);
      GeometricOperators.resample(
          image,
          new long[] {0, 0, image.size(0), image.size(1)},
          new long[] {height, width},
          new long[] {padTop - cropTop, padLeft - cropLeft},
          Interpolation.BILINEAR_ANTIALIAS,
          near);
      // Pillow rounds between its two passes, LibTorch's float path does not
      assertTrue(largestDifference(expected, near) <= 1);
    }
  }

  @Test
  void anImageOutsideTheCropLeavesBlackAndAnEmptyBox() {
    var crop = black(4, 4).add(9);
    var box = Geometric.scaledCrop(noise(3, 3), 5, 5, 0, 0, 5, 0, crop);
    assertEquals(new ImageBox(0, 0, 0, 4), box);
    assertEquals(0, crop.amax().itemLong());
  }

  @Test
  void resizingToTheSameSizeCopies() {
    var image = noise(37, 23);
    var same = image.zerosLike();
    Geometric.resize(image, same);
    assertEquals(0, largestDifference(image, same));
    Geometric.resizedCrop(image, 0, 0, 37, 23, same);
    assertEquals(0, largestDifference(image, same));
  }

  /// Odd and even widths around the block size of the kernel.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 511, 512, 513, 1026, 1100})
  void bothFlipsMirrorTheColumns(int width) {
    var image = noise(3, width);
    var exact = image.clone();
    Geometric.flip_(exact);
    var near = image.clone();
    GeometricOperators.flip_(near);
    assertEquals(0, largestDifference(image.flip(1), exact));
    assertEquals(0, largestDifference(exact, near));
  }

  /// The same float32 operations in the same order, so no tolerance.
  @Test
  void normalizingInPlaceIsNormalizingFloats() {
    var image = noise(19, 33);
    var batch = Tensor.zeros(2, 3, 19, 33);
    NORMALIZATION.normalize(image, batch.select(0, 1));
    var expected = NORMALIZATION.normalize(image.permute(2, 0, 1).to(DType.FLOAT32));
    assertEquals(0, batch.select(0, 1).sub(expected).abs().amax().item());
    assertEquals(0, batch.select(0, 0).abs().amax().item());
  }

  @Test
  void invalidArgumentsAreRefused() {
    var image = noise(10, 12);
    var out = black(4, 4);
    refused("cut", () -> Geometric.resizedCrop(image, 0, 0, 11, 12, out));
    refused("cut", () -> Geometric.resizedCrop(image, -1, 0, 5, 5, out));
    refused("cut", () -> Geometric.resizedCrop(image, 3, 3, 0, 5, out));
    refused("scaled", () -> Geometric.scaledCrop(image, 0, 5, 0, 0, 0, 0, out));
    refused("share", () -> Geometric.resize(image, image));
    refused("out", () -> Geometric.resize(image, Tensor.zeros(4, 4, 3)));
    refused("contiguous", () -> Geometric.resize(image, black(4, 8).slice(1, 0, 4)));
    refused("out", () -> NORMALIZATION.normalize(image, Tensor.zeros(3, 12, 10)));
    refused("[H, W, 3]", () -> Geometric.flip_(noise(3, 4).permute(2, 0, 1)));
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                GeometricOperators.resample(
                    image,
                    new long[] {0, 0, 11, 12},
                    new long[] {4, 4},
                    new long[2],
                    Interpolation.BICUBIC_ANTIALIAS,
                    out));
    assertTrue(e.getMessage().contains("inside the image"), e.getMessage());
  }

  private static void refused(String word, Runnable call) {
    var e = assertThrows(TorchException.class, call::run);
    assertTrue(e.getMessage().contains(word), e.getMessage());
  }
}
