package toco.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import toco.batch.Batch;
import toco.batch.PixelLabels;
import toco.config.Config;
import toco.distributed.GradientAveraging;
import toco.distributed.World;
import toco.host.Devices;
import toco.host.ProcessMemory;
import toco.image.ImageBox;
import toco.image.LabelMap;
import toco.recipe.PublishedOptimizer;
import toco.recipe.StepClock;
import toco.recipe.TrainStep;
import toco.recipes.Recipes;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Measures whole training steps on random images, part by part.
///
/// The steps are at an iteration at which every loss has a weight. The first is a warm-up and not
/// counted. A profile is about Java code, which the JVM keeps compiling for some dozens of steps,
/// as in the first minutes of a training run; so before a profile these steps are run on small
/// images, which takes little time.
public final class StepBench {
  private static final int WARM_UP_STEPS = 1;
  private static final int JVM_WARM_UP_STEPS = 40;
  private static final int JVM_WARM_UP_MARGIN_PX = 32; // of the small images, around a local crop
  private static final int[] CLASSES_SHOWN = {3, 14};

  private StepBench() {}

  /// The options of a measurement.
  ///
  /// @param config model, loss weights, crop and samples; data and run folder are not used
  /// @param iters counted steps, at least 1
  /// @param profile whether to measure the time in Java code and in each native function; slows
  ///   every call across the bridge by some tens of nanoseconds
  public record Options(Config config, int iters, boolean profile) {
    public Options {
      if (iters < 1) {
        throw new IllegalArgumentException("--iters must be ≥ 1, got " + iters);
      }
    }
  }

  /// The results.
  ///
  /// @param stepSeconds median of the counted steps
  /// @param parts median seconds of each part
  /// @param peakRssBytes peak resident memory of the process
  /// @param gflop 10⁹ floating-point operations of the step's matrix products
  /// @param matmulGflops GFLOP/s that a linear layer reaches on this machine
  /// @param matmulShare `gflop / stepSeconds` over `matmulGflops`
  /// @param profile where the time went; null without a profile
  public record Result(
      String backbone,
      int samples,
      int cropSizePx,
      double stepSeconds,
      Map<String, Double> parts,
      long peakRssBytes,
      double gflop,
      double matmulGflops,
      double matmulShare,
      int threads,
      String device,
      String libtorch,
      String cpuCapability,
      StepProfile.@Nullable Result profile) {}

  /// Runs the measurement; needs the memory of a training run.
  public static Result run(Options options) {
    var config = options.config();
    var device = Devices.prepare(config.train());
    var recipe = Recipes.of(config);
    var laps = new Laps(device);
    var seconds = new ArrayList<Double>();
    StepProfile.Result profiled = null;
    Rng.manualSeed(0);
    try (var profile = options.profile() ? StepProfile.start() : null;
        var _ = TensorScope.open();
        var objective = recipe.objective(device, World.single(), laps);
        var optimizer = PublishedOptimizer.of(objective, config)) {
      var step = new TrainStep(objective, optimizer, config, GradientAveraging.none(), laps);
      int size = config.augment().cropSizePx();
      var batch = batch(config, config.train().samplesPerProcess(), size, device);
      long first = recipe.losses().changes().getLast(); // every term has its weight
      if (profile != null) {
        warmUpJvm(step, config, device, first);
      }
      for (int i = 0; i < WARM_UP_STEPS + options.iters(); i++) {
        if (profile != null && i == WARM_UP_STEPS) {
          profile.begin();
        }
        long started = System.nanoTime();
        laps.begin(i >= WARM_UP_STEPS);
        run(step, batch.atStep(first + i));
        LibTorch.synchronize(device);
        if (i >= WARM_UP_STEPS) {
          seconds.add((System.nanoTime() - started) * 1e-9);
        }
      }
      if (profile != null) {
        profiled = profile.end(options.iters(), 1e9 * sum(seconds));
      }
    }
    long peak = ProcessMemory.peakResidentBytes();
    double gflop = new StepFlops(config).total() * 1e-9;
    double stepSeconds = median(seconds);
    double peakGflops = OpsBench.linearGflops();
    return new Result(
        config.model().backbone().toString(),
        config.train().samplesPerProcess(),
        config.augment().cropSizePx(),
        stepSeconds,
        laps.medians(),
        peak,
        gflop,
        peakGflops,
        gflop / stepSeconds / peakGflops,
        LibTorch.numThreads(),
        device.toString(),
        LibTorch.version(),
        LibTorch.cpuCapability(),
        profiled);
  }

  private static void run(TrainStep step, Batch batch) {
    try (var _ = TensorScope.open()) {
      var _ = step.run(() -> batch, false);
    }
  }

  private static void warmUpJvm(TrainStep step, Config config, Device device, long iter) {
    int patch = config.model().encoderShape().patchSizePx();
    int margin = Math.ceilDiv(JVM_WARM_UP_MARGIN_PX, patch) * patch;
    try (var _ = TensorScope.open()) {
      var batch = batch(config, 1, config.train().localCropSizePx() + margin, device).atStep(iter);
      for (int i = 0; i < JVM_WARM_UP_STEPS; i++) {
        run(step, batch);
      }
    }
  }

  private static Batch batch(Config config, int samples, int size, Device device) {
    int classes = config.model().foregroundClasses();
    var labels = new float[samples * classes];
    for (int i = 0; i < samples; i++) {
      for (int shown : CLASSES_SHOWN) {
        labels[i * classes + Math.min(shown, classes - 1)] = 1;
      }
    }
    var hints =
        config.data().hints() == null
            ? null
            : Tensor.full(LabelMap.IGNORE, DType.UINT8, device, samples, size, size);
    return new Batch(
        Tensor.randn(samples, 3, size, size).to(device),
        Tensor.randn(samples, 3, size, size).to(device),
        Tensor.randn(samples, 3, size, size).to(device),
        Tensor.of(labels, samples, classes).to(device),
        Collections.nCopies(samples, Arrays.copyOf(labels, classes)),
        IntStream.range(0, samples).mapToObj(_ -> ImageBox.full(size, size)).toList(),
        IntStream.range(0, samples).boxed().toList(),
        0,
        0,
        new PixelLabels(hints, List.of()));
  }

  private static double sum(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).sum();
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  /// Collects the parts of the counted steps.
  private static final class Laps implements StepClock {
    private final Device device;
    private final Map<String, List<Double>> parts = new LinkedHashMap<>();
    private boolean counted;
    private long lastNs;

    Laps(Device device) {
      this.device = device;
    }

    void begin(boolean count) {
      counted = count;
      lastNs = System.nanoTime();
    }

    @Override
    public void lap(String part) {
      LibTorch.synchronize(device);
      long now = System.nanoTime();
      if (counted) {
        parts.computeIfAbsent(part, _ -> new ArrayList<>()).add((now - lastNs) * 1e-9);
      }
      lastNs = now;
    }

    Map<String, Double> medians() {
      var medians = new LinkedHashMap<String, Double>();
      parts.forEach((part, seconds) -> medians.put(part, median(seconds)));
      return medians;
    }
  }
}
