package toco.recipe.cosa;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.batch.Augmentation;
import toco.batch.BatchRing;
import toco.batch.BatchSource;
import toco.batch.Canvas;
import toco.config.Config;
import toco.config.PixelStatistics;
import toco.config.Split;
import toco.data.CounterRandom;
import toco.data.Dataset;
import toco.image.ImageBox;
import toco.image.ImageDecoder;
import toco.image.Normalization;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorTest;

@TensorTest
class WeakStrongViewsTest {
  private static final Normalization NORMALIZATION = Normalization.of(PixelStatistics.IMAGENET);
  private static final Config CONFIG =
      Config.load(Path.of("configs/demo.yaml"), List.of("augment.cropSizePx=64"));
  private static final int SIZE = 64;

  private record Made(Tensor strong, Tensor weak, ImageBox box) {}

  private static Made make(Tensor image, int epoch, int sample, long seed) {
    try (var canvas = new Canvas(Device.CPU, SIZE)) {
      var views =
          new Augmentation.Views(
              Tensor.zeros(3, SIZE, SIZE),
              Tensor.zeros(3, SIZE, SIZE),
              Tensor.zeros(3, SIZE, SIZE));
      var sampler = new WeakStrongViews(CONFIG.augment(), CONFIG.cosa(), NORMALIZATION, seed);
      var box = sampler.apply(image, epoch, sample, canvas, views);
      assertEquals(0, views.localView().abs().amax().item(), "an unused view stays as it is");
      return new Made(views.view1(), views.view2(), box);
    }
  }

  private static Tensor image() {
    return Tensor.randint(40, 256, 50, 70, 3).to(DType.UINT8);
  }

  @Test
  void viewsAreAFunctionOfSeedEpochAndSample() {
    var image = image();
    var once = make(image, 2, 5, 7);
    var again = make(image, 2, 5, 7);
    assertArrayEquals(once.strong().toFloatArray(), again.strong().toFloatArray());
    assertArrayEquals(once.weak().toFloatArray(), again.weak().toFloatArray());
    assertEquals(once.box(), again.box());
    for (var other : List.of(make(image, 3, 5, 7), make(image, 2, 6, 7), make(image, 2, 5, 8))) {
      assertNotEquals(
          List.of(once.weak().sum().item()), List.of(other.weak().sum().item()), "weak views");
    }
  }

  /// The strong view is the operation on the 8-bit weak view, at every place: nothing is mirrored
  /// or cut between the two, so one box serves both.
  @Test
  void theStrongViewIsOneOperationOnTheWeakOne() {
    var image = image();
    for (int sample = 0; sample < 40; sample++) {
      var made = make(image, 0, sample, 7);
      var drawn =
          ViewPair.draw(
              new CounterRandom(7, 0, sample, 0), CONFIG.augment(), CONFIG.cosa(), 50, 70);
      var levels = levels(made.weak());
      drawn.operation().apply_(levels, drawn.magnitude());
      assertEquals(
          0,
          levels.to(DType.INT32).sub(levels(made.strong()).to(DType.INT32)).abs().amax().item(),
          () -> "sample: " + drawn);
    }
  }

  /// The 8-bit image of a normalised view, [H, W, 3].
  private static Tensor levels(Tensor view) {
    return NORMALIZATION.denormalize(view).round().to(DType.UINT8).permute(1, 2, 0).contiguous();
  }

  /// Each operation and magnitude has its share of the draws, 10 never comes, and half of the views
  /// are blurred. 9,000 draws: a share of 1/9 is 1,000 ± 30, of 1/2 4,500 ± 47 (one deviation).
  @Test
  void drawsAreUniform() {
    var operations = new EnumMap<StrongOperation, Integer>(StrongOperation.class);
    var magnitudes = new int[11];
    var radii = new TreeSet<Double>();
    int blurred = 0;
    for (int sample = 0; sample < 9000; sample++) {
      var drawn =
          ViewPair.draw(
              new CounterRandom(1, 0, sample, 0), CONFIG.augment(), CONFIG.cosa(), 50, 70);
      operations.merge(drawn.operation(), 1, Integer::sum);
      magnitudes[drawn.magnitude()]++;
      if (drawn.blurRadius() != null) {
        radii.add(drawn.blurRadius());
        blurred++;
      }
    }
    for (var operation : StrongOperation.values()) {
      assertEquals(1000, operations.get(operation), 150, operation.toString());
    }
    for (int m = 1; m <= 9; m++) {
      assertEquals(1000, magnitudes[m], 150, "magnitude " + m);
    }
    assertEquals(0, magnitudes[0] + magnitudes[10]);
    assertEquals(4500, blurred, 240);
    assertTrue(radii.first() >= 0.1 && radii.last() < 2, "radii " + radii.first());
  }

  @Test
  void anUnknownOperationAndAMagnitudeOf10AreRefused() {
    var unknown = assertThrows(IllegalArgumentException.class, () -> StrongOperation.of("hue"));
    assertTrue(unknown.getMessage().contains("autocontrast"), unknown.getMessage());
    var image = image();
    for (int magnitude : new int[] {0, 10}) {
      assertThrows(
          IllegalArgumentException.class, () -> StrongOperation.EQUALIZE.apply_(image, magnitude));
    }
  }

  /// A loader's batch: view 1 is strong, view 2 weak, whatever the number of workers.
  @Test
  void aLoaderMakesTheseViews(@TempDir Path folder) {
    var config =
        CONFIG.with(
            "data.root=" + folder.resolve("data"),
            "data.synthetic.trainImages=3",
            "data.synthetic.valImages=1",
            "data.synthetic.testImages=1",
            "train.localCropSizePx=32",
            "train.samplesPerProcess=2");
    var dataset = Dataset.open(config.data(), Split.TRAIN);
    var sampler = new WeakStrongViews(config.augment(), CONFIG.cosa(), NORMALIZATION, 3);
    var source = BatchSource.of(config, dataset, Device.CPU).withViews(sampler);
    for (int workers : new int[] {1, 3}) {
      try (var ring = new BatchRing(source, 0, workers);
          var canvas = new Canvas(Device.CPU, SIZE)) {
        var batch = ring.next();
        int sample = batch.samples().get(1);
        var views =
            new Augmentation.Views(
                Tensor.zeros(3, SIZE, SIZE),
                Tensor.zeros(3, SIZE, SIZE),
                Tensor.zeros(3, SIZE, SIZE));
        var box = sampler.apply(decoded(dataset, sample), 0, sample, canvas, views);
        assertEquals(box, batch.boxes().get(1));
        assertArrayEquals(views.view1().toFloatArray(), batch.view1().select(0, 1).toFloatArray());
        assertArrayEquals(views.view2().toFloatArray(), batch.view2().select(0, 1).toFloatArray());
      }
    }
  }

  private static Tensor decoded(Dataset dataset, int sample) {
    try (var arena = Arena.ofConfined()) {
      return ImageDecoder.decode(dataset.sample(sample).imagePath(), arena).tensor().clone();
    }
  }
}
