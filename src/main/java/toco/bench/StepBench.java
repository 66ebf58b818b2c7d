package toco.bench;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.config.Config;
import toco.host.Devices;
import toco.host.ProcessMemory;
import toco.torch.LibTorch;
import toco.torch.Rng;
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
    StepProfile.Result profiled = null;
    List<Double> seconds;
    Map<String, Double> parts;
    Rng.manualSeed(0);
    try (var profile = options.profile() ? StepProfile.start() : null;
        var _ = TensorScope.open();
        var steps = new MeasuredSteps(config, device)) {
      if (profile != null) {
        steps.warmUp(JVM_WARM_UP_STEPS, smallSizePx(config));
      }
      for (int i = 0; i < WARM_UP_STEPS; i++) {
        steps.run(false);
      }
      if (profile != null) {
        profile.begin();
      }
      for (int i = 0; i < options.iters(); i++) {
        steps.run(true);
      }
      seconds = steps.seconds();
      parts = steps.parts();
      if (profile != null) {
        profiled = profile.end(options.iters(), 1e9 * sum(seconds));
      }
    }
    long peak = ProcessMemory.peakResidentBytes();
    double gflop = new StepFlops(config).total() * 1e-9;
    double stepSeconds = MeasuredSteps.median(seconds);
    double peakGflops = OpsBench.linearGflops();
    return new Result(
        config.model().backbone().toString(),
        config.train().samplesPerProcess(),
        config.augment().cropSizePx(),
        stepSeconds,
        parts,
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

  private static int smallSizePx(Config config) {
    int patch = config.model().encoderShape().patchSizePx();
    int margin = Math.ceilDiv(JVM_WARM_UP_MARGIN_PX, patch) * patch;
    return config.train().localCropSizePx() + margin;
  }

  private static double sum(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).sum();
  }
}
