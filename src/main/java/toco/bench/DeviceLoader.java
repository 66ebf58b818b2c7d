package toco.bench;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import toco.batch.Augmentation.Views;
import toco.batch.BatchRing;
import toco.batch.BatchSource;
import toco.batch.Canvas;
import toco.config.Config;
import toco.config.Overrides;
import toco.config.Split;
import toco.data.Dataset;
import toco.host.Devices;
import toco.image.ImageDecoder;
import toco.recipes.Recipes;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Measures the way of an image to a training step on a device: augmentation alone, the loader with
/// several numbers of workers, and how long steps wait for it.
public final class DeviceLoader {
  private static final int IMAGES = 24;
  private static final int AUGMENTED_IMAGES = 8;
  private static final double WARM_UP_SHARE = 0.3; // of the measured time
  private static final int WARM_UP_STEPS = 3;

  private DeviceLoader() {}

  /// One measurement. What was not part of it is null.
  ///
  /// @param measure `augmentation`: the three views of images that are on the device; `loader`:
  ///   from files to batches; `steps`: training steps that the loader feeds
  /// @param workers loader threads
  /// @param imagesPerSecond of three views each
  /// @param stepSeconds mean of the steps
  /// @param waitShare share of the steps' time in which they waited for a batch, 0…1
  public record Row(
      String measure,
      int cropSizePx,
      @Nullable Integer workers,
      double imagesPerSecond,
      @Nullable String backbone,
      @Nullable Integer samples,
      @Nullable String precision,
      @Nullable Double stepSeconds,
      @Nullable Double waitShare) {}

  /// Measures one row after the other.
  ///
  /// @param settings of the configuration: device, encoder, images per step
  /// @param synthetic a synthetic data set, of which the images are made
  /// @param folder for the images; is made
  /// @param workers numbers of loader threads
  /// @param seconds that each row is measured
  public static void run(
      Overrides settings,
      Path synthetic,
      Path folder,
      List<Integer> workers,
      double seconds,
      Consumer<Row> rows) {
    var photos = MosaicPhotos.write(synthetic, folder, IMAGES);
    var config = Config.parse("", "defaults", settings.plus(photos));
    var device = Devices.prepare(config.train());
    var dataset = Dataset.open(config.data(), Split.TRAIN);
    var source = BatchSource.of(config, dataset, device).withViews(Recipes.of(config).views());
    rows.accept(rates("augmentation", config, null, augmentation(source, seconds)));
    for (int count : workers) {
      rows.accept(rates("loader", config, count, loader(source, count, seconds)));
    }
    rows.accept(steps(config, source, device, workers.getLast(), seconds));
  }

  private static Row rates(
      String measure, Config config, @Nullable Integer workers, double imagesPerSecond) {
    int crop = config.augment().cropSizePx();
    return new Row(measure, crop, workers, imagesPerSecond, null, null, null, null, null);
  }

  private static double augmentation(BatchSource source, double seconds) {
    var device = source.device();
    int crop = source.cropSizePx();
    try (var _ = TensorScope.open();
        var arena = Arena.ofConfined();
        var canvas = new Canvas(device, crop)) {
      var images = new ArrayList<Tensor>();
      for (int i = 0; i < Math.min(AUGMENTED_IMAGES, source.dataset().size()); i++) {
        var file = source.dataset().sample(i).imagePath();
        images.add(ImageDecoder.decode(file, arena).tensor().to(device));
      }
      var views = new Views(view(device, crop), view(device, crop), view(device, crop));
      int epoch = 0;
      long warm = after(WARM_UP_SHARE * seconds);
      while (System.nanoTime() < warm) {
        augment(source, images, epoch++, canvas, views);
      }
      long started = System.nanoTime();
      long end = after(seconds);
      long done = 0;
      while (System.nanoTime() < end) {
        augment(source, images, epoch++, canvas, views);
        done += images.size();
      }
      return done / ((System.nanoTime() - started) * 1e-9);
    }
  }

  private static void augment(
      BatchSource source, List<Tensor> images, int epoch, Canvas canvas, Views views) {
    for (int i = 0; i < images.size(); i++) {
      try (var _ = TensorScope.open()) {
        var _ = source.augmentation().apply(images.get(i), epoch, i, canvas, views);
      }
    }
    LibTorch.synchronize(source.device());
  }

  private static Tensor view(Device device, int crop) {
    return Tensor.full(0, DType.FLOAT32, device, 3, crop, crop);
  }

  private static double loader(BatchSource source, int workers, double seconds) {
    try (var ring = new BatchRing(source, 0, workers)) {
      long _ = drain(ring, source.device(), WARM_UP_SHARE * seconds);
      long started = System.nanoTime();
      long images = drain(ring, source.device(), seconds);
      return images / ((System.nanoTime() - started) * 1e-9);
    }
  }

  private static long drain(BatchRing ring, Device device, double seconds) {
    long end = after(seconds);
    long images = 0;
    while (System.nanoTime() < end) {
      images += ring.next().size();
    }
    LibTorch.synchronize(device);
    return images;
  }

  private static Row steps(
      Config config, BatchSource source, Device device, int workers, double seconds) {
    try (var _ = TensorScope.open();
        var ring = new BatchRing(source, 0, workers);
        var steps = MeasuredSteps.withoutParts(config, device)) {
      double estimate = steps.meanSeconds(WARM_UP_STEPS, ring::next);
      int count = (int) Math.max(1, seconds / estimate);
      long waited = ring.waitedNs();
      double mean = steps.meanSeconds(count, ring::next);
      double waitedSeconds = (ring.waitedNs() - waited) * 1e-9;
      int samples = config.train().samplesPerProcess();
      return new Row(
          "steps",
          config.augment().cropSizePx(),
          workers,
          samples / mean,
          config.model().backbone().toString(),
          samples,
          config.train().precision().toString(),
          mean,
          waitedSeconds / (count * mean));
    }
  }

  private static long after(double seconds) {
    return System.nanoTime() + (long) (seconds * 1e9);
  }
}
