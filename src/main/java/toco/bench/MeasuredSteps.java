package toco.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import toco.batch.Batch;
import toco.batch.PixelLabels;
import toco.config.Config;
import toco.distributed.GradientAveraging;
import toco.distributed.World;
import toco.image.ImageBox;
import toco.image.LabelMap;
import toco.optim.Optimizer;
import toco.recipe.Objective;
import toco.recipe.PublishedOptimizer;
import toco.recipe.StepClock;
import toco.recipe.TrainStep;
import toco.recipes.Recipes;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// The training steps of a configuration on random images, timed part by part. They are the last
/// ones of a run, in which every term of the loss has its weight and every switch is on.
final class MeasuredSteps implements AutoCloseable {
  private static final OperatingSystemMXBean PROCESS =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private static final int[] CLASSES_SHOWN = {3, 14};
  private static final long FLOAT_BYTES = 4;
  private static final long TRAINED_COPIES = 4; // weight, gradient, two moments

  private final Config config;
  private final Device device;
  private final Laps laps;
  private final Objective objective;
  private final Optimizer optimizer;
  private final TrainStep step;
  private final long iteration;
  private final Batch batch;
  private final List<Double> seconds = new ArrayList<>();
  private final List<Double> cpuSeconds = new ArrayList<>();

  /// Builds the networks. Their tensors are freed with this, the batch with the innermost scope.
  MeasuredSteps(Config config, Device device) {
    this(config, device, true);
  }

  private MeasuredSteps(Config config, Device device, boolean timesParts) {
    this.config = config;
    this.device = device;
    laps = new Laps(device);
    StepClock clock = timesParts ? laps : StepClock.NONE;
    var recipe = Recipes.of(config);
    objective = recipe.objective(device, World.single(), clock);
    optimizer = PublishedOptimizer.of(objective, config);
    step = new TrainStep(objective, optimizer, config, GradientAveraging.none(), clock);
    iteration = Math.max(recipe.losses().changes().getLast(), config.train().maxIters() - 1L);
    int size = config.augment().cropSizePx();
    batch = batch(config.train().samplesPerProcess(), size).atStep(iteration);
  }

  /// Steps whose parts are not timed: nothing waits for the device within a step, as in training.
  static MeasuredSteps withoutParts(Config config, Device device) {
    return new MeasuredSteps(config, device, false);
  }

  Config config() {
    return config;
  }

  /// Makes steps, and waits for the device once, after the last one.
  ///
  /// @param count at least 1
  /// @return seconds per step
  double meanSeconds(int count) {
    return meanSeconds(count, () -> batch);
  }

  /// The same with other batches, whose iteration is replaced.
  double meanSeconds(int count, Supplier<Batch> batches) {
    LibTorch.synchronize(device);
    long started = System.nanoTime();
    for (int i = 0; i < count; i++) {
      try (var _ = TensorScope.open()) {
        var _ = step.run(() -> batches.get().atStep(iteration), false);
      }
    }
    LibTorch.synchronize(device);
    return (System.nanoTime() - started) * 1e-9 / count;
  }

  /// Makes a step.
  ///
  /// @param isCounted whether its time is one of the results
  void run(boolean isCounted) {
    long started = System.nanoTime();
    long startedCpu = PROCESS.getProcessCpuTime();
    laps.begin(isCounted);
    run(batch);
    LibTorch.synchronize(device);
    if (isCounted) {
      seconds.add((System.nanoTime() - started) * 1e-9);
      cpuSeconds.add((PROCESS.getProcessCpuTime() - startedCpu) * 1e-9);
    }
  }

  /// Makes a step of another iteration, which is not counted.
  ///
  /// @return its seconds
  double secondsAt(long other) {
    long started = System.nanoTime();
    run(batch.atStep(other));
    LibTorch.synchronize(device);
    return (System.nanoTime() - started) * 1e-9;
  }

  /// Makes steps of one image of another size.
  void warmUp(int steps, int sizePx) {
    try (var _ = TensorScope.open()) {
      var small = batch(1, sizePx).atStep(iteration);
      for (int i = 0; i < steps; i++) {
        run(small);
      }
    }
  }

  private void run(Batch images) {
    try (var _ = TensorScope.open()) {
      var _ = step.run(() -> images, false);
    }
  }

  /// Of the counted steps, in their order.
  List<Double> seconds() {
    return List.copyOf(seconds);
  }

  /// The processor time of the same steps, of all threads of the process.
  List<Double> cpuSeconds() {
    return List.copyOf(cpuSeconds);
  }

  /// Median seconds of each part of the counted steps.
  Map<String, Double> parts() {
    return laps.medians();
  }

  /// Bytes of the weights, gradients, moments and further networks, which stay between steps.
  long stateBytes() {
    long bytes = 0;
    for (var weight : objective.network().params().all().values()) {
      bytes += (weight.requiresGrad() ? TRAINED_COPIES : 1) * FLOAT_BYTES * weight.numel();
    }
    for (var tensor : objective.state().values()) {
      bytes += FLOAT_BYTES * tensor.numel();
    }
    return bytes;
  }

  private Batch batch(int samples, int size) {
    int classes = config.model().foregroundClasses();
    var labels = new float[samples * classes];
    for (int i = 0; i < samples; i++) {
      for (int shown : CLASSES_SHOWN) {
        labels[i * classes + Math.min(shown, classes - 1)] = 1;
      }
    }
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
        new PixelLabels(unknownHints(samples, size), List.of()));
  }

  private @Nullable Tensor unknownHints(int samples, int size) {
    return config.data().hints() == null
        ? null
        : Tensor.full(LabelMap.IGNORE, DType.UINT8, device, samples, size, size);
  }

  static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  @Override
  public void close() {
    optimizer.close();
    objective.close();
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
