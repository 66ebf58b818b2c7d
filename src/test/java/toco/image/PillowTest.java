package toco.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Compares the kernels with Pillow, by hashes of its results for the same images.
class PillowTest {
  static Stream<String> hashes() throws IOException {
    return Files.readAllLines(Resources.path("image-cases/pillow-sha256.txt")).stream()
        .filter(line -> !line.startsWith("#"));
  }

  /// Exact, no tolerance: all colours for every colour change; many sizes, down to one pixel, for
  /// blur and resize.
  @ParameterizedTest
  @MethodSource("hashes")
  void kernelsGiveTheSameLevelsAsPillow(String line) {
    var words = line.split(" ");
    try (var _ = TensorScope.open()) {
      var made = make(words[1], image(words[2]), words);
      assertEquals(words[0], Resources.sha256(made.segment()));
    }
  }

  private static Tensor image(String name) {
    if (name.equals("colours")) {
      return TestImages.allColours();
    }
    var sizes = name.split("x");
    return TestImages.noise(Integer.parseInt(sizes[0]), Integer.parseInt(sizes[1]));
  }

  private static Tensor make(String operation, Tensor image, String[] words) {
    switch (operation) {
      case "brightness" -> Photometric.brightness_(image, number(words, 0));
      case "contrast" -> Photometric.contrast_(image, number(words, 0));
      case "saturation" -> Photometric.saturation_(image, number(words, 0));
      case "hue" -> Photometric.hue_(image, number(words, 0));
      case "grayscale" -> Photometric.grayscale_(image);
      case "solarize" -> Photometric.solarize_(image, (int) number(words, 0));
      case "gaussianBlur" -> Photometric.gaussianBlur_(image, number(words, 0));
      case "resize" -> {
        var out = TestImages.black((long) number(words, 0), (long) number(words, 1));
        Geometric.resize(image, out);
        return out;
      }
      case "resizedCrop" -> {
        var out = TestImages.black((long) number(words, 4), (long) number(words, 5));
        Geometric.resizedCrop(
            image,
            (int) number(words, 0),
            (int) number(words, 1),
            (int) number(words, 2),
            (int) number(words, 3),
            out);
        return out;
      }
      default -> throw new IllegalArgumentException("no such operation: " + operation);
    }
    return image;
  }

  private static double number(String[] words, int argument) {
    return Double.parseDouble(words[3 + argument]);
  }
}
