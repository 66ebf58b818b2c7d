package toco.recipe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import toco.batch.Batch;
import toco.config.Config;
import toco.distributed.GradientAveraging;
import toco.loss.LossTerms;
import toco.optim.Optimizer;
import toco.torch.Ops;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// One optimizer step: `train.gradientAccumulation` micro-batches forward and backward, the mean of
/// their gradients over the processes, clipping, and the update. What is minimised is an
/// [Objective]'s.
///
/// ```java
/// var step = new TrainStep(objective, optimizer, config);
/// var result = step.run(ring::next, false); // takes as many batches as a step needs
/// ```
public final class TrainStep {
  private final Objective objective;
  private final Optimizer optimizer;
  private final GradientAveraging averaging;
  private final StepClock clock;
  private final int microBatches;
  private final double maxGradNorm; // 0: gradients are not clipped

  /// A step in a single process.
  ///
  /// @param objective stays the caller's, as does the optimizer
  public TrainStep(Objective objective, Optimizer optimizer, Config config) {
    this(objective, optimizer, config, GradientAveraging.none());
  }

  /// @param averaging of the trained weights' gradients over the processes; stays the caller's
  public TrainStep(
      Objective objective, Optimizer optimizer, Config config, GradientAveraging averaging) {
    this(objective, optimizer, config, averaging, StepClock.NONE);
  }

  /// @param clock is notified as each part of a step ends
  public TrainStep(
      Objective objective,
      Optimizer optimizer,
      Config config,
      GradientAveraging averaging,
      StepClock clock) {
    this.objective = objective;
    this.optimizer = optimizer;
    this.averaging = averaging;
    this.clock = clock;
    microBatches = config.train().gradientAccumulation();
    maxGradNorm = config.optim().clipGradNorm();
  }

  /// What a step computed. Its tensors belong to the caller's scope.
  ///
  /// @param microBatches losses of each micro-batch, without gradient
  /// @param isFinite bool scalar: whether every loss and the gradients' norm were finite before the
  ///   update; reading it waits for the device
  /// @param last the last micro-batch with what its pictures show, if a report was wanted
  public record Result(List<MicroBatch> microBatches, Tensor isFinite, @Nullable Report last) {
    /// The weighted sum of the losses, the mean over the micro-batches; waits for the device.
    public double total() {
      return microBatches.stream().mapToDouble(it -> it.total().item()).average().orElseThrow();
    }
  }

  /// The losses of a micro-batch: scalars.
  public record MicroBatch(LossTerms losses, Tensor total) {}

  /// A micro-batch and what the step made of it, for pictures.
  public record Report(Batch batch, List<StepTile> tiles) {
    /// The first tile of a kind.
    ///
    /// @throws java.util.NoSuchElementException if the recipe shows none
    public <T extends StepTile> T tile(Class<T> kind) {
      return tiles.stream().filter(kind::isInstance).map(kind::cast).findFirst().orElseThrow();
    }
  }

  /// Makes a step.
  ///
  /// @param batches gives the micro-batches of this step; what it gave before may be reused then
  /// @param wantsReport whether terms of weight 0 are wanted too, and a [Result#last]
  /// @throws RuntimeException what `batches` throws; weights, optimizer and the recipe's state are
  ///   then as they were before the step
  public Result run(Supplier<Batch> batches, boolean wantsReport) {
    var done = new ArrayList<MicroBatch>();
    Report report = null;
    Runnable undo = () -> {};
    optimizer.zeroGrad();
    for (int i = 0; i < microBatches; i++) {
      boolean isLast = i == microBatches - 1;
      var batch = take(batches, undo);
      if (i == 0) {
        undo = objective.beginStep();
      }
      try (var scope = TensorScope.open()) {
        var output = objective.forward(batch, wantsReport);
        if (isLast) {
          averaging.begin(); // gradients travel while this backward pass computes the others
        }
        objective.backward(microBatches == 1 ? output.total() : output.total().div(microBatches));
        clock.lap("backward");
        done.add(losses(output, scope));
        if (isLast && wantsReport) {
          report =
              new Report(
                  batch, output.tiles().stream().map(tile -> tile.keptBeyond(scope)).toList());
        }
      }
    }
    averaging.finish();
    var gradNorm = maxGradNorm > 0 ? optimizer.clipGradNorm(maxGradNorm) : optimizer.gradNorm();
    var isFinite = isFinite(done, gradNorm);
    optimizer.step();
    objective.afterUpdate();
    clock.lap("optimizer");
    return new Result(List.copyOf(done), isFinite, report);
  }

  private static Batch take(Supplier<Batch> batches, Runnable undo) {
    try {
      return batches.get();
    } catch (RuntimeException | Error e) {
      undo.run();
      throw e;
    }
  }

  private static Tensor isFinite(List<MicroBatch> microBatches, Tensor gradNorm) {
    var values = new ArrayList<Tensor>(List.of(gradNorm));
    microBatches.forEach(it -> values.add(it.total()));
    return Ops.call("aten::isfinite", Tensor.stack(values, 0)).all();
  }

  private static MicroBatch losses(Objective.Output output, TensorScope scope) {
    var losses = output.losses();
    return new MicroBatch(
        new LossTerms(kept(losses.byTerm(), scope), kept(losses.counts(), scope)),
        kept(output.total(), scope));
  }

  /// Without its graph, in the scope around the micro-batch's.
  private static Tensor kept(Tensor value, TensorScope scope) {
    return scope.keep(value.detach());
  }

  private static <K> Map<K, Tensor> kept(Map<K, Tensor> values, TensorScope scope) {
    var kept = new LinkedHashMap<K, Tensor>();
    values.forEach((key, value) -> kept.put(key, kept(value, scope)));
    return kept;
  }
}
