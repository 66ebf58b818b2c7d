package toco.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import toco.batch.BatchRing;
import toco.batch.BatchSource;
import toco.config.Config;
import toco.config.Split;
import toco.data.Dataset;
import toco.host.ProcessMemory;
import toco.image.JpegChoice;
import toco.recipes.Recipes;
import toco.torch.Device;
import toco.torch.LibTorch;

/// Measures how many training samples, of three views each, the loader makes per second on the CPU.
public final class LoaderBench {
  private static final double WARM_UP_SECONDS = 3;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private LoaderBench() {}

  /// What is measured.
  ///
  /// @param root a data set in VOC layout, with `lists/train_aug.txt` or `lists/train.txt`
  /// @param cropSizePx side of the views
  /// @param workers loader threads; in each, LibTorch uses one thread
  /// @param seconds how long, after a warm-up of three seconds
  public record Options(Path root, int cropSizePx, int workers, double seconds) {
    public Options {
      if (workers < 1) {
        throw new IllegalArgumentException("--workers must be ≥ 1, got " + workers);
      }
      if (!(seconds > 0)) {
        throw new IllegalArgumentException("--seconds must be > 0, got " + seconds);
      }
    }
  }

  /// The results.
  ///
  /// @param imagesPerSecond training samples, of three views each
  /// @param images samples measured
  /// @param jpegDecoder the one in use
  /// @param javaBytesPerImage bytes per sample that all threads allocated on the Java heap
  /// @param rssGrowthBytes growth of resident memory since the warm-up
  public record Result(
      double imagesPerSecond,
      long images,
      double seconds,
      int workers,
      int cropSizePx,
      String jpegDecoder,
      long javaBytesPerImage,
      long rssGrowthBytes,
      String libtorch,
      String cpuCapability) {}

  /// Measures.
  ///
  /// @throws toco.data.DataException if there is no such data set
  public static Result run(Options options) {
    var config = config(options);
    var source =
        BatchSource.of(config, Dataset.open(config.data(), Split.TRAIN), Device.CPU)
            .withViews(Recipes.of(config).views());
    try (var ring = new BatchRing(source, 0, options.workers())) {
      drain(ring, WARM_UP_SECONDS);
      long bytes = THREADS.getTotalThreadAllocatedBytes();
      long resident = ProcessMemory.residentBytes();
      long started = System.nanoTime();
      long images = drain(ring, options.seconds());
      double seconds = (System.nanoTime() - started) * 1e-9;
      return new Result(
          images / seconds,
          images,
          seconds,
          options.workers(),
          options.cropSizePx(),
          JpegChoice.ofProcess().resolved().toString(),
          (THREADS.getTotalThreadAllocatedBytes() - bytes) / images,
          ProcessMemory.residentBytes() - resident,
          LibTorch.version(),
          LibTorch.cpuCapability());
    }
  }

  private static long drain(BatchRing ring, double seconds) {
    long end = System.nanoTime() + (long) (seconds * 1e9);
    long images = 0;
    while (System.nanoTime() < end) {
      images += ring.next().size();
    }
    return images;
  }

  private static Config config(Options options) {
    var config =
        Config.defaults()
            .with(
                "data.root=" + options.root(),
                "augment.cropSizePx=" + options.cropSizePx(),
                "cam.scales=[1]"); // no scale of a CAM is to refuse the size
    return Files.exists(config.data().listPath(Split.TRAIN))
        ? config
        : config.with("data.trainList=lists/train.txt");
  }
}
