package toco.bench;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import toco.config.Config;
import toco.config.Overrides;
import toco.config.TrainConfig.Precision;
import toco.files.Json;
import toco.host.Devices;
import toco.torch.Rng;
import toco.torch.TensorScope;
import toco.torch.TorchException;

/// Measures training steps on a device: every encoder with every number of images per step in every
/// number format, on random images.
///
/// Nothing waits for the device within a step or between steps, as in training; so the time is that
/// of the slower of the two, the device or the program that feeds it.
public final class DeviceSteps {
  private static final int WARM_UP_STEPS = 3; // libraries choose algorithms, the allocator grows
  private static final int MOST_STEPS = 20;

  private DeviceSteps() {}

  /// What is measured.
  ///
  /// @param settings of every step, the device among them
  /// @param backbones encoders, slowest loop
  /// @param samples images per step
  /// @param precisions number formats, fastest loop
  /// @param seconds how long each row is measured, after its warm-up; at least one step
  /// @param card whose peak the steps are compared with; null: none
  public record Plan(
      Overrides settings,
      List<String> backbones,
      List<Integer> samples,
      List<Precision> precisions,
      double seconds,
      @Nullable Card card) {}

  /// One measured step.
  ///
  /// @param stepSeconds mean of the measured steps
  /// @param peakBytes most bytes that tensors held on the device at a time; on the CPU, of the
  ///   process; 0 where it is not known
  /// @param gflop 10⁹ floating-point operations of the step's matrix products
  /// @param tflops `gflop` by time
  /// @param peakTflops the card's, by its data sheet; null for an unknown one
  /// @param shareOfPeak `tflops` of `peakTflops`, 0…1
  /// @param error why it was not measured; null if it was
  public record Row(
      String backbone,
      int samples,
      Precision precision,
      int cropSizePx,
      int steps,
      @Nullable Double stepSeconds,
      @Nullable Double imagesPerSecond,
      long peakBytes,
      double gflop,
      @Nullable Double tflops,
      @Nullable Double peakTflops,
      @Nullable Double shareOfPeak,
      @Nullable String error) {}

  /// Measures one row after the other. A row that the device has too little memory for has an
  /// error, and the next one is measured.
  ///
  /// @param rows receives each row once it is measured
  public static void run(Plan plan, Consumer<Row> rows) {
    for (var backbone : plan.backbones()) {
      for (int samples : plan.samples()) {
        for (var precision : plan.precisions()) {
          rows.accept(row(plan, config(plan.settings(), backbone, samples, precision)));
        }
      }
    }
  }

  static Config config(Overrides settings, String backbone, int samples, Precision precision) {
    return Config.parse(
        "",
        "defaults",
        Overrides.of("model.backbone", backbone)
            .plus("train.samplesPerProcess", samples)
            .plus("train.precision", precision)
            .plus(settings));
  }

  private static Row row(Plan plan, Config config) {
    try {
      return measured(plan, config);
    } catch (TorchException e) {
      if (e.kind() != TorchException.Kind.OUT_OF_MEMORY) {
        throw e;
      }
      return row(plan, config, 0, Double.NaN, 0, "too little memory");
    }
  }

  private static Row measured(Plan plan, Config config) {
    var device = Devices.prepare(config.train());
    DeviceMemory.restart(device);
    Rng.manualSeed(0);
    try (var _ = TensorScope.open();
        var steps = MeasuredSteps.withoutParts(config, device)) {
      double estimate = steps.meanSeconds(WARM_UP_STEPS);
      estimate = Math.min(estimate, steps.meanSeconds(1));
      int count = (int) Math.clamp(plan.seconds() / estimate, 1, MOST_STEPS);
      double seconds = steps.meanSeconds(count);
      return row(plan, config, count, seconds, DeviceMemory.peakBytes(device), null);
    }
  }

  private static Row row(
      Plan plan, Config config, int count, double seconds, long peak, @Nullable String error) {
    var precision = config.train().precision();
    int samples = config.train().samplesPerProcess();
    double flops = new StepFlops(config).total();
    Double cardsPeak = null;
    if (plan.card() != null && plan.card().peakTflops(precision).isPresent()) {
      cardsPeak = plan.card().peakTflops(precision).getAsDouble();
    }
    double tflops = flops * 1e-12 / seconds; // NaN, as seconds, if it was not measured
    return new Row(
        config.model().backbone().toString(),
        samples,
        precision,
        config.augment().cropSizePx(),
        count,
        Json.orNull(seconds),
        Json.orNull(samples / seconds),
        peak,
        flops * 1e-9,
        Json.orNull(tflops),
        cardsPeak,
        cardsPeak == null ? null : Json.orNull(tflops / cardsPeak),
        error);
  }
}
