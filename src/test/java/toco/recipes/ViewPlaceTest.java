package toco.recipes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import toco.batch.Augmentation.Views;
import toco.batch.Canvas;
import toco.config.Config;
import toco.image.Normalization;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

/// Every recipe says truly where its view 1 shows the image: in an image whose red grows with the
/// column and whose green grows with the row, each pixel of the view has the colour of that place.
@TensorTest
class ViewPlaceTest {
  private static final int SIZE = 64;
  private static final int HEIGHT = 50;
  private static final int WIDTH = 80;
  private static final int LEVELS = 3; // per pixel; blue is 200 in the image, and 0 in padding
  private static final int SAMPLES = 24;

  private static Config config(String... more) {
    var keys =
        new ArrayList<>(
            List.of(
                "augment.cropSizePx=" + SIZE,
                "augment.jitterProbability=0",
                "augment.grayscaleProbability=0",
                "augment.view1BlurProbability=0",
                "augment.viewFlipProbability=0.5",
                "train.localCropSizePx=32"));
    keys.addAll(List.of(more));
    keys.removeIf(key -> keys.contains("recipe=more") && !isOfMore(key));
    return Config.parse("", "test", keys);
  }

  private static boolean isOfMore(String key) {
    return !key.matches("(train\\.local|augment\\.(gray|view1|viewFlip)).*");
  }

  static Stream<Config> configs() {
    return Stream.of(
        config(),
        config("train.compat=aligned"),
        config("augment.scaleMin=1", "augment.scaleMax=1"),
        config("recipe=more", "augment.crop=resized", "more.ureWeight=0"),
        config("recipe=more", "augment.crop=padded", "more.ureWeight=0"));
  }

  private static Tensor image() {
    var levels = new byte[HEIGHT * WIDTH * 3];
    for (int i = 0; i < HEIGHT * WIDTH; i++) {
      levels[3 * i] = (byte) (LEVELS * (i % WIDTH));
      levels[3 * i + 1] = (byte) (LEVELS * (i / WIDTH));
      levels[3 * i + 2] = (byte) 200;
    }
    return Tensor.copyOf(MemorySegment.ofArray(levels), DType.UINT8, HEIGHT, WIDTH, 3);
  }

  @ParameterizedTest
  @MethodSource("configs")
  void thePlaceIsWhereTheViewShowsTheImage(Config config) {
    var sampler = Recipes.of(config).views();
    var normalization = Normalization.of(config.model().statistics());
    var mirrored = new HashSet<Boolean>();
    int seen = 0;
    try (var canvas = new Canvas(Device.CPU, SIZE)) {
      for (int sample = 0; sample < SAMPLES; sample++) {
        try (var _ = TensorScope.open()) {
          var views =
              new Views(
                  Tensor.zeros(3, SIZE, SIZE),
                  Tensor.zeros(3, SIZE, SIZE),
                  Tensor.zeros(3, SIZE, SIZE));
          sampler.apply(image(), 2, sample, canvas, views);
          byte[] pixels =
              normalization.picture(views.view1()).pixels().toArray(ValueLayout.JAVA_BYTE);
          var place = sampler.place(HEIGHT, WIDTH, 2, sample);
          mirrored.add(place.columns().isMirrored());
          for (int v = 0; v < SIZE; v++) {
            for (int u = 0; u < SIZE; u++) {
              int i = 3 * (v * SIZE + u);
              int x = place.columns().imageAt(u);
              int y = place.rows().imageAt(v);
              boolean isInside = x >= 0 && x < WIDTH && y >= 0 && y < HEIGHT;
              assertEquals(isInside, (pixels[i + 2] & 0xFF) > 100, "sample " + sample);
              if (isInside) {
                seen++;
                assertEquals(LEVELS * x, pixels[i] & 0xFF, LEVELS + 2, "sample " + sample);
                assertEquals(LEVELS * y, pixels[i + 1] & 0xFF, LEVELS + 2, "sample " + sample);
              }
            }
          }
        }
      }
    }
    assertEquals(2, mirrored.size());
    assertTrue(seen > SAMPLES * SIZE * SIZE / 4);
  }
}
