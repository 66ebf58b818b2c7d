package toco.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.image.TestImages.black;
import static toco.image.TestImages.largestDifference;
import static toco.image.TestImages.noise;
import static toco.image.TestImages.shareWithin;

import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import toco.checkpoint.SafeTensors;
import toco.torch.DType;
import toco.torch.Tensor;
import toco.torch.TensorTest;

/// Tone curves and sharpness: on the CPU, and by operators as on other devices.
@TensorTest
class ToneTest {
  static Tensor onCpu(String change, Tensor image, double amount) {
    var copy = image.clone();
    switch (change) {
      case "autocontrast" -> Photometric.autocontrast_(copy);
      case "equalize" -> Photometric.equalize_(copy);
      case "posterize" -> Photometric.posterize_(copy, (int) amount);
      default -> Photometric.sharpness_(copy, amount);
    }
    return copy;
  }

  static Tensor byOperators(String change, Tensor image, double amount) {
    var copy = image.clone();
    switch (change) {
      case "autocontrast" -> ToneOperators.autocontrast_(copy);
      case "equalize" -> ToneOperators.equalize_(copy);
      case "posterize" -> ToneOperators.posterize_(copy, (int) amount);
      default -> ToneOperators.sharpness_(copy, amount);
    }
    return copy;
  }

  /// Pillow's own results: equal on the CPU. Of the operators, only the sharpness, which rounds in
  /// float32, may differ, by one level.
  @ParameterizedTest
  @CsvSource({
    "autocontrast-5, 0, 0",
    "equalize-5, 0, 0",
    "posterize-1, 4, 0",
    "posterize-4, 3, 0",
    "posterize-6, 2, 0",
    "posterize-9, 1, 0",
    "sharpness-1, 0.28, 1",
    "sharpness-5, 1, 0",
    "sharpness-9, 1.72, 1"
  })
  void bothGiveTheRecordedLevels(String file, double amount, int within) {
    var change = file.replaceAll("-.*", "");
    var golden =
        SafeTensors.read(
                Path.of("src/test/resources/golden-cosa/strong_op-%s.safetensors".formatted(file)))
            .tensors();
    for (var name : new String[] {"photo", "padded", "flat", "two_level", "narrow", "dark"}) {
      var image = golden.get("in." + name);
      var expected = golden.get("out." + name);
      assertEquals(0, largestDifference(expected, onCpu(change, image, amount)), name);
      var near = byOperators(change, image, amount);
      assertTrue(largestDifference(expected, near) <= within, name);
    }
  }

  @ParameterizedTest
  @CsvSource({"autocontrast, 0", "equalize, 0", "posterize, 3", "posterize, 8", "sharpness, 1.72"})
  void operatorsFollowTheCpu(String change, double amount) {
    var dim = noise(31, 40).to(DType.FLOAT32).div(3).add(20).to(DType.UINT8);
    var images = new Tensor[] {noise(61, 47), dim, noise(1, 1), noise(2, 9), noise(3, 3)};
    for (var image : images) {
      var exact = onCpu(change, image, amount);
      var near = byOperators(change, image, amount);
      assertTrue(largestDifference(exact, near) <= (change.equals("sharpness") ? 1 : 0), change);
      assertTrue(shareWithin(exact, near, 0) > 0.999, change);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"autocontrast", "equalize"})
  void aChannelOfOneLevelStays(String change) {
    var image = black(9, 14).add(77);
    var _ = image.slice(2, 0, 1).copy_(noise(9, 14).slice(2, 0, 1)); // red has many levels
    var changed = onCpu(change, image, 0);
    assertEquals(0, largestDifference(image.slice(2, 1, 3), changed.slice(2, 1, 3)));
    assertEquals(0, largestDifference(changed, byOperators(change, image, 0)));
  }

  /// By hand: red 10…20 becomes 0…255 in steps of 25.5, truncated; 15 is 127.
  @Test
  void autocontrastStretchesEachChannel() {
    var image = black(1, 3);
    int[] red = {10, 15, 20};
    for (int x = 0; x < 3; x++) {
      var _ = image.slice(1, x, x + 1L).slice(2, 0, 1).fill_(red[x]);
    }
    var changed = onCpu("autocontrast", image, 0).select(2, 0).flatten(0);
    assertEquals("[0, 127, 255]", Arrays.toString(changed.toLongArray()));
  }

  @Test
  void aFactorOf1AndEightBitsChangeNothing() {
    var image = noise(33, 45);
    assertEquals(0, largestDifference(image, onCpu("sharpness", image, 1)));
    assertEquals(0, largestDifference(image, onCpu("posterize", image, 8)));
  }

  /// By hand: a point of 130 on black has a mean of 50 in the middle and 10 around it; factor 0
  /// gives the mean, on all but the outermost pixels.
  @Test
  void aFactorOf0SmoothsAllButTheOutermostPixels() {
    var point = black(5, 5);
    var _ = point.slice(0, 1, 2).slice(1, 1, 2).fill_(130);
    var smooth = onCpu("sharpness", point, 0);
    long[] expected = {
      0, 0, 0, 0, 0, 0, 50, 10, 0, 0, 0, 10, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    };
    assertArrayEquals(expected, smooth.select(2, 0).flatten(0).toLongArray());
  }

  @Test
  void invalidArgumentsAreRefused() {
    var image = noise(4, 5);
    refused("bits must be 1 to 8, got 0", () -> Photometric.posterize_(image, 0));
    refused("bits must be 1 to 8, got 9", () -> ToneOperators.posterize_(image, 9));
    refused("factor", () -> Photometric.sharpness_(image, -0.1));
    refused("factor", () -> Photometric.sharpness_(image, Double.NaN));
    refused("uint8", () -> Photometric.equalize_(Tensor.rand(4, 5, 3)));
    refused("[H, W, 3]", () -> Photometric.autocontrast_(noise(4, 5).permute(2, 0, 1)));
    refused("uint8", () -> ToneOperators.sharpness_(Tensor.rand(4, 5, 3), 1));
  }

  private static void refused(String words, Runnable call) {
    var e = assertThrows(IllegalArgumentException.class, call::run);
    assertTrue(e.getMessage().contains(words), e.getMessage());
  }
}
