package toco.image;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.image.TestImages.black;
import static toco.image.TestImages.largestDifference;
import static toco.image.TestImages.noise;
import static toco.image.TestImages.shareWithin;

import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import toco.torch.DType;
import toco.torch.Tensor;
import toco.torch.TensorTest;
import toco.torch.TorchException;

@TensorTest
class PhotometricTest {

  /// The two implementations; the device determines which one runs.
  enum Way {
    KERNELS {
      @Override
      void apply(String change, Tensor image, double amount) {
        switch (change) {
          case "brightness" -> Photometric.brightness_(image, amount);
          case "contrast" -> Photometric.contrast_(image, amount);
          case "saturation" -> Photometric.saturation_(image, amount);
          case "hue" -> Photometric.hue_(image, amount);
          case "grayscale" -> Photometric.grayscale_(image);
          case "solarize" -> Photometric.solarize_(image, (int) amount);
          default -> Photometric.gaussianBlur_(image, amount);
        }
      }
    },
    OPERATORS {
      @Override
      void apply(String change, Tensor image, double amount) {
        switch (change) {
          case "brightness" -> PhotometricOperators.brightness_(image, amount);
          case "contrast" -> PhotometricOperators.contrast_(image, amount);
          case "saturation" -> PhotometricOperators.saturation_(image, amount);
          case "hue" -> PhotometricOperators.hue_(image, amount);
          case "grayscale" -> PhotometricOperators.grayscale_(image);
          case "solarize" -> PhotometricOperators.solarize_(image, (int) amount);
          default -> PhotometricOperators.gaussianBlur_(image, amount);
        }
      }
    };

    abstract void apply(String change, Tensor image, double amount);

    Tensor of(String change, Tensor image, double amount) {
      var copy = image.clone();
      apply(change, copy, amount);
      return copy;
    }
  }

  /// Recorded results of Pillow and torchvision. The kernels must equal them; the operators must be
  /// within the recorded tolerances: `within` for 95 % of the levels, `most` for all.
  @ParameterizedTest
  @CsvSource({
    "brightness-60, 1, 3",
    "brightness-140, 1, 3",
    "contrast-60, 1, 3",
    "contrast-140, 1, 3",
    "saturation-80, 1, 3",
    "saturation-120, 1, 3",
    "hue--10, 2, 6",
    "hue-7, 2, 6",
    "jitter_chain, 1, 3",
    "grayscale, 1, 1",
    "solarize, 1, 1",
    "gaussian_blur-1, 1, 3",
    "gaussian_blur-7, 1, 3",
    "gaussian_blur-13, 1, 3",
    "gaussian_blur-20, 1, 3"
  })
  void bothGiveTheRecordedLevels(String file, int within, int most) {
    var recorded = TestImages.recorded(file);
    assertEquals(0, largestDifference(recorded.out(), replay(Way.KERNELS, file, recorded)));
    var near = replay(Way.OPERATORS, file, recorded);
    assertTrue(shareWithin(recorded.out(), near, within) >= 0.95, "share within " + within);
    assertTrue(largestDifference(recorded.out(), near) <= most, "largest difference");
  }

  private static Tensor replay(Way way, String file, TestImages.Recorded recorded) {
    var image = recorded.in().clone();
    var change = file.replaceAll("-.*", "");
    switch (change) {
      case "jitter_chain" -> {
        for (int i = 0; i < 4; i++) {
          way.apply(recorded.texts("order").get(i), image, recorded.numbers("factors").get(i));
        }
      }
      case "grayscale" -> way.apply(change, image, 0);
      case "solarize" -> way.apply(change, image, recorded.integer("threshold"));
      case "gaussian_blur" -> way.apply("blur", image, recorded.number("radius"));
      default -> way.apply(change, image, recorded.number("factor"));
    }
    return image;
  }

  /// The operators follow the kernels' arithmetic in float32, so few levels differ, by 1, where
  /// rounding is ambiguous.
  @ParameterizedTest
  @CsvSource({
    "brightness, 1.37",
    "contrast, 0.41",
    "saturation, 1.9",
    "hue, 0.31",
    "hue, -0.5",
    "grayscale, 0",
    "solarize, 99",
    "blur, 0.3",
    "blur, 2",
    "blur, 6.5",
    "blur, 40"
  })
  void operatorsFollowTheKernels(String change, double amount) {
    for (var image : new Tensor[] {noise(61, 47), noise(1, 1), noise(1, 9), noise(8, 1)}) {
      var exact = Way.KERNELS.of(change, image, amount);
      var near = Way.OPERATORS.of(change, image, amount);
      assertTrue(largestDifference(exact, near) <= 1, change);
      assertTrue(shareWithin(exact, near, 0) > 0.999, change);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFactorOf1ARadiusOf0AndAThresholdOf256ChangeNothing(Way way) {
    var image = noise(33, 45);
    for (var change : new String[] {"brightness", "contrast", "saturation"}) {
      assertEquals(0, largestDifference(image, way.of(change, image, 1)), change);
    }
    assertEquals(0, largestDifference(image, way.of("blur", image, 0)));
    assertEquals(0, largestDifference(image, way.of("solarize", image, 256)));
  }

  @ParameterizedTest
  @EnumSource
  void aFactorOf0LeavesBlackOneGreyAndGreyscale(Way way) {
    var image = noise(33, 45);
    var grey = way.of("grayscale", image, 0);
    assertEquals(0, way.of("brightness", image, 0).amax().itemLong());
    var flat = way.of("contrast", image, 0);
    assertEquals(Math.round(grey.to(DType.FLOAT64).mean().item()), flat.amax().itemLong());
    assertEquals(flat.amin().itemLong(), flat.amax().itemLong());
    assertEquals(0, largestDifference(grey, way.of("saturation", image, 0)));
  }

  @ParameterizedTest
  @EnumSource
  void greysHaveNoHueAndKeepTheirLevel(Way way) {
    var grey = way.of("grayscale", noise(33, 45), 0);
    assertEquals(0, largestDifference(grey, way.of("hue", grey, 0.3)));
    assertEquals(0, largestDifference(grey, way.of("grayscale", grey, 0)));
  }

  @ParameterizedTest
  @EnumSource
  void aBlurSpreadsAPointEvenlyAndKeepsFlatImages(Way way) {
    var point = black(21, 21);
    var _ = point.slice(0, 10, 11).slice(1, 10, 11).fill_(255);
    var blurred = way.of("blur", point, 2);
    assertEquals(0, largestDifference(blurred, blurred.flip(0)));
    assertEquals(0, largestDifference(blurred, blurred.flip(1)));
    // rows are blurred, and rounded, before columns
    assertTrue(largestDifference(blurred, blurred.transpose(0, 1)) <= 1);
    double sum = blurred.select(2, 0).to(DType.FLOAT32).sum().item();
    assertEquals(255, sum, 0.25 * 255); // each of about 80 levels is rounded six times
    assertTrue(blurred.amax().itemLong() < 255 / 20); // a Gaussian's peak: 255 / (2π · 2²) = 10
    var flat = black(9, 14).add(77);
    assertEquals(0, largestDifference(flat, way.of("blur", flat, 3.3)));
  }

  @Test
  void invalidArgumentsAreRefused() {
    var image = noise(4, 5);
    for (double factor : new double[] {-0.1, Double.NaN, Double.POSITIVE_INFINITY}) {
      for (var change : new String[] {"brightness", "contrast", "saturation"}) {
        bothRefuse("factor", ways -> ways.apply(change, image, factor));
      }
    }
    bothRefuse("shift", way -> way.apply("hue", image, 0.51));
    bothRefuse("threshold", way -> way.apply("solarize", image, 257));
    bothRefuse("radius", way -> way.apply("blur", image, -1));
    bothRefuse("uint8", way -> way.apply("grayscale", Tensor.rand(4, 5, 3), 0));
    bothRefuse("[H, W, 3]", way -> way.apply("grayscale", noise(4, 5).permute(2, 0, 1), 0));
    bothRefuse("empty", way -> way.apply("grayscale", black(0, 3), 0));
  }

  private static void bothRefuse(String word, Consumer<Way> call) {
    assertAll(
        () -> {
          var e = assertThrows(TorchException.class, () -> call.accept(Way.KERNELS));
          assertTrue(e.getMessage().contains(word), e.getMessage());
        },
        () -> {
          var e = assertThrows(IllegalArgumentException.class, () -> call.accept(Way.OPERATORS));
          assertTrue(e.getMessage().contains(word), e.getMessage());
        });
  }

  /// A kernel reads memory row by row; a view with other strides must not reach it.
  @Test
  void aViewThatIsNotContiguousIsRefusedByTheKernels() {
    var view = noise(4, 6).slice(1, 0, 3);
    var e = assertThrows(TorchException.class, () -> Photometric.brightness_(view, 1));
    assertTrue(e.getMessage().contains("contiguous"), e.getMessage());
  }
}
