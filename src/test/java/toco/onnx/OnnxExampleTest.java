package toco.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtEnvironment;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.ClassPlaces;
import toco.config.Config;
import toco.image.Normalization;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorTest;

/// The example, whose class path has ONNX Runtime alone, finds the classes that the network finds.
@TensorTest
class OnnxExampleTest {
  private static final int WIDTH = 96;
  private static final int HEIGHT = 64;

  @TempDir Path folder;

  @Test
  void itSegmentsAsTheNetworkDoes() throws Exception {
    var config =
        Config.load(
            Path.of("configs/demo.yaml"), List.of("model.initStd=0.3", "model.decoderChannels=8"));
    var photo = noise();
    var file = folder.resolve("photo.png");
    ImageIO.write(photo, "png", file.toFile());
    var network = folder.resolve("network.onnx");
    Rng.manualSeed(5);
    try (var model = new Toco(config.model(), Device.CPU);
        var _ = GradMode.noGrad()) {
      OnnxExport.write(network, model, config);
      var out = folder.resolve("out.png");
      var printed = example(network, file, out);
      var expected =
          model
              .segment(model.encode(input(photo, config)).patchMap())
              .interpolate(HEIGHT, WIDTH, Interpolation.BILINEAR)
              .argmax(1)
              .toLongArray();
      var found =
          ImageIO.read(out.toFile())
              .getRaster()
              .getSamples(0, 0, WIDTH, HEIGHT, 0, new int[WIDTH * HEIGHT]);
      int same = 0;
      for (int i = 0; i < found.length; i++) {
        same += found[i] == expected[i] ? 1 : 0;
      }
      assertTrue(same > 0.999 * found.length, same + " of " + found.length); // near equal logits
      assertTrue(Arrays.stream(expected).distinct().count() > 2, "no test otherwise");
      for (long label : Arrays.stream(expected).distinct().toArray()) {
        var name = label == 0 ? "background" : config.data().classNames().get((int) label - 1);
        assertTrue(printed.contains(name), printed);
      }
      var overlay = ImageIO.read(folder.resolve("out-overlay.png").toFile());
      assertEquals(WIDTH, overlay.getWidth());
    }
  }

  /// Blocks of grey and colour, so that the network finds several classes.
  private static BufferedImage noise() {
    var random = new Random(2);
    var photo = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < HEIGHT; y += 16) {
      for (int x = 0; x < WIDTH; x += 16) {
        int colour = random.nextInt(1 << 24);
        for (int i = 0; i < 256; i++) {
          photo.setRGB(x + i % 16, y + i / 16, colour);
        }
      }
    }
    return photo;
  }

  private static Tensor input(BufferedImage photo, Config config) {
    var levels = new float[3 * HEIGHT * WIDTH];
    for (int i = 0; i < HEIGHT * WIDTH; i++) {
      int rgb = photo.getRGB(i % WIDTH, i / WIDTH);
      for (int c = 0; c < 3; c++) {
        levels[c * HEIGHT * WIDTH + i] = (rgb >> (16 - 8 * c)) & 0xff;
      }
    }
    return Normalization.of(config.model().statistics())
        .normalize(Tensor.of(levels, 1, 3, HEIGHT, WIDTH));
  }

  private static String example(Path network, Path photo, Path out) throws Exception {
    var command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-Djava.awt.headless=true",
            "-cp",
            ClassPlaces.of(OrtEnvironment.class).toString(),
            "examples/onnx-inference/src/main/java/SegmentPhoto.java",
            network.toString(),
            photo.toString(),
            out.toString());
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), printed);
    return printed;
  }
}
