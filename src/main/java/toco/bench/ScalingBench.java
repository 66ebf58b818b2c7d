package toco.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import toco.bench.ScalingModel.Gradient;
import toco.config.Config;
import toco.recipes.Recipes;
import toco.torch.Device;
import toco.torch.TensorScope;

/// Builds a [ScalingModel] of a configuration's training step.
public final class ScalingBench {
  private static final Pattern BLOCK = Pattern.compile("encoder\\.blocks\\.([0-9]+)\\..*");
  private static final int BYTES = 4; // float32

  /// How often AdamW reads or writes each weight, its gradient and its two moments, in total.
  private static final int OPTIMIZER_PASSES = 7;

  /// The same for a gradient that is copied into a bucket, divided there and copied back.
  private static final int BUCKETING_PASSES = 6;

  private ScalingBench() {}

  /// The times of one process in a step.
  ///
  /// @param forwardMs forward pass, including CAM passes
  /// @param backwardMs backward pass of all views
  /// @param memoryGBs memory bandwidth, 10⁹ bytes per second
  public record Compute(double forwardMs, double backwardMs, double memoryGBs) {
    /// Estimates the times from the step's operations.
    ///
    /// @param teraflops TFLOP/s that the device reaches
    public static Compute of(Config config, double teraflops, double memoryGBs) {
      var flops = new StepFlops(config);
      double perMs = teraflops * 1e9;
      double backward = 2 * flops.trained();
      return new Compute((flops.total() - backward) / perMs, backward / perMs, memoryGBs);
    }
  }

  /// Builds the model.
  ///
  /// @param lastPass the share of the backward pass in which gradients become complete: that of the
  ///   views whose graph was built first, because it is traversed last; null: that of a GPU, where
  ///   both global views are one batch
  public static ScalingModel of(
      Config config, Compute compute, @Nullable Double lastPass, long bucketBytes) {
    double share = lastPass == null ? new StepFlops(config).globalShare() : lastPass;
    var gradients = new ArrayList<Gradient>();
    try (var _ = TensorScope.open();
        var model = Recipes.of(config).network(Device.CPU)) {
      int depth = config.model().encoderShape().depth();
      int frozen = config.model().frozenBlocks().of(depth);
      model
          .params()
          .trainable()
          .forEach((name, weight) ->
              gradients.add(
                  new Gradient(
                      BYTES * weight.numel(), 1 - share * stillToGo(name, frozen, depth))));
    }
    gradients.sort(Collections.reverseOrder((a, b) -> Double.compare(b.readyAt(), a.readyAt())));
    long bytes = gradients.stream().mapToLong(Gradient::bytes).sum();
    double passMs = bytes / (compute.memoryGBs() * 1e6);
    return new ScalingModel(
        compute.forwardMs(),
        compute.backwardMs(),
        BUCKETING_PASSES * passMs,
        OPTIMIZER_PASSES * passMs,
        gradients,
        bucketBytes);
  }

  /// The share of the last backward pass that is left when a gradient is complete: heads and
  /// decoder come first, then the blocks from the last to the first, then the embedding.
  private static double stillToGo(String name, int frozen, int depth) {
    var block = BLOCK.matcher(name);
    if (block.matches()) {
      return (double) (Integer.parseInt(block.group(1)) - frozen) / (depth - frozen);
    }
    return name.startsWith("encoder.") && !name.startsWith("encoder.norm") ? 0 : 1;
  }

  /// The simulated step on a number of processes.
  ///
  /// @param efficiency images per second, relative to the same number of processes that never wait
  /// @param sentMB 10⁶ bytes that each process sends in a step
  public record Row(
      int processes,
      double stepMs,
      double exposedMs,
      double communicationMs,
      double efficiency,
      double imagesPerSecond,
      double sentMB) {}

  /// Simulates a step on each number of processes.
  ///
  /// @param samples images per step in each process
  public static List<Row> rows(
      ScalingModel model, ScalingModel.Links links, List<Integer> processes, int samples) {
    double alone = model.on(1, links).stepMs();
    return processes.stream()
        .map(n -> {
          var step = model.on(n, links);
          return new Row(
              n,
              step.stepMs(),
              step.exposedMs(),
              step.communicationMs(),
              alone / step.stepMs(),
              n * samples * 1000 / step.stepMs(),
              2e-6 * (n - 1) / n * model.bytes());
        })
        .toList();
  }
}
