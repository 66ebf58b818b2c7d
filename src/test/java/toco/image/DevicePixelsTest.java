package toco.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.image.TestImages.black;
import static toco.image.TestImages.largestDifference;
import static toco.image.TestImages.noise;

import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import toco.config.PixelStatistics;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Interpolation;
import toco.torch.OnAccelerator;
import toco.torch.StandIn;
import toco.torch.Tensor;
import toco.torch.TensorTest;
import toco.torch.TestAccelerator;

/// Changes of images on an accelerator, where the device alone makes operators of them: on the
/// stand-in they give what the operators give on the CPU; a GPU may round one level otherwise.
@TensorTest
@OnAccelerator
class DevicePixelsTest {
  private static final Normalization NORMALIZATION = Normalization.of(PixelStatistics.IMAGENET);

  private final Device device = TestAccelerator.device();
  private final int rounding = TestAccelerator.hasGpu() ? 1 : 0;

  private void assertSameLevels(Tensor expected, Tensor there) {
    assertEquals(device, there.device());
    assertTrue(largestDifference(expected, there.to(Device.CPU)) <= rounding);
  }

  @ParameterizedTest
  @CsvSource({
    "brightness, 1.37",
    "contrast, 0.41",
    "saturation, 1.9",
    "hue, 0.31",
    "grayscale, 0",
    "solarize, 99",
    "blur, 2"
  })
  void colours(String change, double amount) {
    var image = noise(61, 47);
    var there = image.to(device);
    PhotometricTest.Way.KERNELS.apply(change, there, amount); // the device chooses the operators
    assertSameLevels(PhotometricTest.Way.OPERATORS.of(change, image, amount), there);
  }

  @ParameterizedTest
  @CsvSource({"autocontrast, 0", "equalize, 0", "posterize, 3", "sharpness, 1.72"})
  void tones(String change, double amount) {
    var image = noise(61, 47);
    var there = ToneTest.onCpu(change, image.to(device), amount);
    assertSameLevels(ToneTest.byOperators(change, image, amount), there);
  }

  @Test
  void resizing() {
    var image = noise(61, 47);
    var there = image.to(device);
    var near = black(40, 40).to(device);
    var expected = black(40, 40);
    Geometric.resizedCrop(there, 3, 4, 50, 33, near);
    GeometricOperators.resample(
        image,
        new long[] {3, 4, 50, 33},
        new long[] {40, 40},
        new long[2],
        Interpolation.BICUBIC_ANTIALIAS,
        expected);
    assertSameLevels(expected, near);
    var box = Geometric.scaledCrop(there, 30, 90, 5, 0, 0, 20, near);
    assertEquals(Geometric.scaledCrop(image, 30, 90, 5, 0, 0, 20, expected), box);
    assertTrue(largestDifference(expected, near.to(Device.CPU)) <= 1); // Pillow rounds once more
  }

  @Test
  void flips() {
    var image = noise(61, 47);
    var there = image.to(device);
    Geometric.flip_(there);
    assertEquals(0, largestDifference(image.flip(1), there.to(Device.CPU)));
  }

  @Test
  void normalization() {
    var image = noise(61, 47);
    var normalized = Tensor.zeros(3, 61, 47).to(device);
    NORMALIZATION.normalize(image.to(device), normalized);
    var expected = Tensor.zeros(3, 61, 47);
    NORMALIZATION.normalize(image, expected);
    assertArrayEquals(expected.toFloatArray(), normalized.toFloatArray(), 1e-6f);
    assertArrayEquals(
        NORMALIZATION.denormalizeToUnit(expected).toFloatArray(),
        NORMALIZATION.denormalizeToUnit(normalized).toFloatArray(),
        1.01f / 255); // a level may be truncated otherwise
    assertArrayEquals(
        NORMALIZATION.normalizeChannel(image.select(2, 1).unsqueeze(0), 1).toFloatArray(),
        NORMALIZATION
            .normalizeChannel(image.to(device).select(2, 1).unsqueeze(0), 1)
            .toFloatArray(),
        1e-6f);
  }

  @Test
  void masksOfBoxes() {
    var boxes = List.of(new ImageBox(1, 4, 0, 7), new ImageBox(2, 2, 3, 5), ImageBox.full(9, 9));
    var there = ImageBox.mask(boxes, 6, 8, device);
    assertEquals(device, there.device());
    assertArrayEquals(ImageBox.mask(boxes, 6, 8, Device.CPU).toFloatArray(), there.toFloatArray());
  }

  @Test
  void picturesOfTensors() {
    var levels = Tensor.rand(3, 9, 7).mul(300).sub(20);
    var labels = Tensor.randint(0, 22, 9, 7);
    var cam = Tensor.rand(4, 5);
    var image = TensorPictures.rgb(levels);
    assertEquals(-1, image.pixels().mismatch(TensorPictures.rgb(levels.to(device)).pixels()));
    assertArrayEquals(
        TensorPictures.labelMap(labels).labels().toArray(ValueLayout.JAVA_BYTE),
        TensorPictures.labelMap(labels.to(device)).labels().toArray(ValueLayout.JAVA_BYTE));
    assertSamePicture(TensorPictures.cam(image, cam), TensorPictures.cam(image, cam.to(device)));
    assertSamePicture(
        TensorPictures.roi(image, labels.clamp(0, 2)),
        TensorPictures.roi(image, labels.clamp(0, 2).to(device)));
    var normalized = NORMALIZATION.normalize(levels.clamp(0, 255));
    var picture = NORMALIZATION.picture(normalized.to(device));
    assertEquals(-1, NORMALIZATION.picture(normalized).pixels().mismatch(picture.pixels()));
  }

  private static void assertSamePicture(Picture expected, Picture actual) {
    assertArrayEquals(expected.rgb(), actual.rgb());
  }

  /// A loader waits for no change: it would wait for the training step that is queued before.
  @Test
  void noChangeWaitsForTheDevice() {
    StandIn.device(0);
    var there = noise(61, 47).to(device);
    var out = black(40, 40).to(device);
    var normalized = Tensor.zeros(3, 61, 47).to(device);
    StandIn.reset();
    for (var change :
        List.of("brightness", "contrast", "saturation", "hue", "grayscale", "solarize", "blur")) {
      PhotometricTest.Way.KERNELS.apply(change, there, 0.4);
    }
    for (var change : List.of("autocontrast", "equalize", "posterize", "sharpness")) {
      ToneTest.onCpu(change, there, 3).close();
    }
    Geometric.flip_(there);
    Geometric.resizedCrop(there, 3, 4, 50, 33, out);
    Geometric.scaledCrop(there, 30, 90, 5, 0, 0, 20, out);
    NORMALIZATION.normalize(there, normalized);
    NORMALIZATION.denormalizeToUnit(normalized).to(DType.FLOAT64).close();
    ImageBox.mask(List.of(ImageBox.full(448, 448)), 448, 448, device).close();
    assertEquals(0, StandIn.counts().waits(), StandIn.operators().toString());
  }
}
