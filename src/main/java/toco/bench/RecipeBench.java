package toco.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import toco.config.Config;
import toco.host.Devices;
import toco.host.ProcessMemory;
import toco.recipes.Recipes;
import toco.torch.LibTorch;
import toco.torch.Rng;
import toco.torch.TensorScope;

/// Measures the steps of several recipes by turns, so that a change of the machine's speed concerns
/// all of them, and their ratios are those of the steps.
public final class RecipeBench {
  private static final int TURNS = 5; // of means

  private RecipeBench() {}

  /// The steps of one recipe. Ratios are to the first recipe's, per image.
  ///
  /// @param samples images in a step
  /// @param stepSeconds median of the counted steps
  /// @param ratio of the time, median of the turns
  /// @param cpuRatio of the processor time, which other processes disturb less
  /// @param gflop 10⁹ floating-point operations of the step's matrix products
  /// @param gflopRatio of the operations
  /// @param peakBytes most resident memory of a process that has this recipe alone, estimated; 0
  ///   where it is not known
  /// @param parts median seconds of each part
  public record Row(
      String recipe,
      int samples,
      double stepSeconds,
      double ratio,
      double cpuRatio,
      double gflop,
      double gflopRatio,
      long peakBytes,
      Map<String, Double> parts) {}

  /// The results.
  public record Result(
      String backbone,
      int cropSizePx,
      List<Row> recipes,
      int threads,
      String device,
      String libtorch,
      String cpuCapability) {}

  /// Runs the measurement; needs the memory of all networks and of one training step.
  ///
  /// @param configs one per recipe, with the same encoder and crop
  /// @param iters turns, at least 1
  public static Result run(List<Config> configs, int iters) {
    var first = configs.getFirst();
    var device = Devices.prepare(first.train());
    Rng.manualSeed(0);
    var measured = new ArrayList<MeasuredSteps>();
    try (var _ = TensorScope.open()) {
      for (var config : configs) {
        measured.add(new MeasuredSteps(config, device));
      }
      measured.forEach(steps -> steps.run(false));
      var peaks = new long[measured.size()];
      for (int turn = 0; turn < iters; turn++) {
        for (int i = 0; i < peaks.length; i++) {
          boolean isReset = ProcessMemory.resetPeak();
          measured.get(i).run(true);
          peaks[i] = Math.max(peaks[i], isReset ? ProcessMemory.peakResidentBytes() : 0);
        }
      }
      long states = measured.stream().mapToLong(MeasuredSteps::stateBytes).sum();
      var rows = new ArrayList<Row>();
      for (int i = 0; i < peaks.length; i++) {
        long others = states - measured.get(i).stateBytes();
        rows.add(row(measured.get(i), measured.getFirst(), Math.max(0, peaks[i] - others)));
      }
      return new Result(
          first.model().backbone().toString(),
          first.augment().cropSizePx(),
          List.copyOf(rows),
          LibTorch.numThreads(),
          device.toString(),
          LibTorch.version(),
          LibTorch.cpuCapability());
    } finally {
      measured.forEach(MeasuredSteps::close);
    }
  }

  /// The mean seconds of a step over each configuration's run: of the steps before and after every
  /// change of the weights of its loss, by their numbers. Measured by turns.
  ///
  /// @return one per configuration
  public static List<Double> meanStepSeconds(List<Config> configs) {
    var device = Devices.prepare(configs.getFirst().train());
    var measured = new ArrayList<MeasuredSteps>();
    var means = new ArrayList<Double>();
    try (var _ = TensorScope.open()) {
      for (var config : configs) {
        measured.add(new MeasuredSteps(config, device));
      }
      measured.forEach(steps -> steps.run(false));
      for (int turn = 0; turn < TURNS; turn++) {
        for (int i = 0; i < configs.size(); i++) {
          double seconds = meanSeconds(configs.get(i), measured.get(i));
          if (turn == 0) {
            means.add(seconds / TURNS);
          } else {
            means.set(i, means.get(i) + seconds / TURNS);
          }
        }
      }
      return means;
    } finally {
      measured.forEach(MeasuredSteps::close);
    }
  }

  private static double meanSeconds(Config config, MeasuredSteps steps) {
    long length = config.train().maxIters();
    var changes = Recipes.of(config).losses().changes();
    double mean = 0;
    for (int i = 0; i < changes.size(); i++) {
      long begin = Math.min(length, changes.get(i));
      long end = i + 1 < changes.size() ? Math.min(length, changes.get(i + 1)) : length;
      if (end > begin) {
        mean += steps.secondsAt(begin) * (end - begin) / length;
      }
    }
    return mean;
  }

  private static Row row(MeasuredSteps steps, MeasuredSteps first, long peakBytes) {
    int samples = samples(steps);
    double perImage = (double) samples(first) / samples;
    double flops = new StepFlops(steps.config()).total();
    return new Row(
        steps.config().recipe().toString(),
        samples,
        MeasuredSteps.median(steps.seconds()),
        perImage * ratio(steps.seconds(), first.seconds()),
        perImage * ratio(steps.cpuSeconds(), first.cpuSeconds()),
        flops * 1e-9,
        perImage * flops / new StepFlops(first.config()).total(),
        peakBytes,
        steps.parts());
  }

  /// The median over the turns.
  private static double ratio(List<Double> seconds, List<Double> first) {
    var ratios = new ArrayList<Double>();
    for (int turn = 0; turn < seconds.size(); turn++) {
      ratios.add(seconds.get(turn) / first.get(turn));
    }
    return MeasuredSteps.median(ratios);
  }

  private static int samples(MeasuredSteps steps) {
    return steps.config().train().samplesPerProcess();
  }
}
