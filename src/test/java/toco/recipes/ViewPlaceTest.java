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
import toco.config.RecipeName;
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

  private static final List<String> NO_COLOUR =
      List.of(
          "augment.jitterProbability=0",
          "augment.grayscaleProbability=0",
          "augment.view1BlurProbability=0",
          "augment.viewFlipProbability=0.5",
          "train.localCropSizePx=32");

  private static Config config(List<String> keys, String... more) {
    var all = new ArrayList<>(List.of("augment.cropSizePx=" + SIZE));
    all.addAll(keys);
    all.addAll(List.of(more));
    return Config.parse("", "test", all);
  }

  static Stream<Config> configs() {
    var more = List.of("recipe=more", "more.ureWeight=0", "augment.jitterProbability=0");
    return Stream.of(
        config(NO_COLOUR),
        config(NO_COLOUR, "train.compat=aligned"),
        config(NO_COLOUR, "augment.scaleMin=1", "augment.scaleMax=1"),
        config(more, "augment.crop=resized"),
        config(more, "augment.crop=padded"),
        config(List.of("recipe=cosa", "cosa.blurProbability=0")));
  }

  /// The view of the place without further colour: CoSA's view 1 has view 2's geometry.
  private static Tensor shown(Config config, Views views) {
    return config.recipe() == RecipeName.COSA ? views.view2() : views.view1();
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
              normalization.picture(shown(config, views)).pixels().toArray(ValueLayout.JAVA_BYTE);
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
