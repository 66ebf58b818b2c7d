package toco.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import toco.batch.Batch;
import toco.batch.BatchRing;
import toco.batch.BatchSource;
import toco.batch.PixelLabels;
import toco.config.Config;
import toco.config.Split;
import toco.data.Dataset;
import toco.data.WeakLabels;
import toco.distributed.GradientAveraging;
import toco.distributed.World;
import toco.optim.Optimizer;
import toco.recipe.Objective;
import toco.recipe.PublishedOptimizer;
import toco.recipe.Recipe;
import toco.recipe.StepClock;
import toco.recipe.StepTile;
import toco.recipe.TrainStep;
import toco.recipes.Recipes;
import toco.torch.Device;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// The first steps of a run on a device, whose weights and batches are made on the CPU: two devices
/// then differ in their arithmetic alone. Its tensors belong to the scope that is open when it is
/// made.
public final class StepsOnDevice implements AutoCloseable {
  private final Objective objective;
  private final Optimizer optimizer;
  private final TrainStep step;
  private final List<Batch> batches;
  private final int perStep;
  private final long firstStep;
  private int taken;

  /// Makes networks, optimizer and the batches of the coming steps, which it goes through in turn.
  ///
  /// @param count how many batches
  public StepsOnDevice(Config config, Device device, int count) {
    this(config, device, StepClock.NONE, onCpu(config, count));
  }

  /// @param batches anywhere
  StepsOnDevice(Config config, Device device, StepClock clock, List<Batch> batches) {
    Rng.manualSeed(1);
    objective = Recipes.of(config).objective(device, World.single(), clock);
    optimizer = PublishedOptimizer.of(objective, config);
    step = new TrainStep(objective, optimizer, config, GradientAveraging.none(), clock);
    firstStep = batches.getFirst().step();
    perStep = config.train().gradientAccumulation();
    this.batches =
        batches.stream().map(batch -> moved(batch, tensor -> tensor.to(device))).toList();
  }

  private static List<Batch> onCpu(Config config, int count) {
    var data = Dataset.open(config.data(), Split.TRAIN);
    var weak = WeakLabels.open(config.data(), data);
    Recipe recipe = Recipes.of(config);
    var source = BatchSource.of(config, data, weak, Device.CPU, 0, 1).withViews(recipe.views());
    var batches = new ArrayList<Batch>();
    try (var ring = new BatchRing(source, 0, 1)) {
      for (int i = 0; i < count; i++) {
        batches.add(moved(ring.next(), Tensor::clone));
      }
    }
    return batches;
  }

  private static Batch moved(Batch of, UnaryOperator<Tensor> move) {
    var hints = of.pixels().hints();
    return new Batch(
        move.apply(of.view1()),
        move.apply(of.view2()),
        move.apply(of.localView()),
        move.apply(of.labels()),
        of.multiHot(),
        of.boxes(),
        of.samples(),
        of.step(),
        of.firstPosition(),
        new PixelLabels(hints == null ? null : move.apply(hints), of.pixels().limits()));
  }

  private Batch next() {
    var batch = batches.get(taken % batches.size());
    return batch.atStep(firstStep + taken++ / perStep);
  }

  /// A step that is not logged, whose result is not read.
  void run() {
    try (var _ = TensorScope.open()) {
      var _ = step.run(this::next, false);
    }
  }

  /// What a step that was logged computed.
  ///
  /// @param losses of its micro-batches, by term and by their order
  /// @param labels its label maps by name, of the last micro-batch
  record Logged(Map<String, Double> losses, Map<String, long[]> labels) {}

  /// A step whose result is read.
  ///
  /// @param isReported whether terms of weight 0 and labels are wanted, too
  Logged runLogged(boolean isReported) {
    try (var _ = TensorScope.open()) {
      var result = step.run(this::next, isReported);
      var losses = new LinkedHashMap<String, Double>();
      for (int i = 0; i < result.microBatches().size(); i++) {
        var microBatch = result.microBatches().get(i);
        for (var loss : microBatch.losses().byTerm().entrySet()) {
          losses.put(loss.getKey().key() + " " + i, loss.getValue().item());
        }
        losses.put("total " + i, microBatch.total().item());
      }
      return new Logged(losses, labels(result.last()));
    }
  }

  private static Map<String, long[]> labels(TrainStep.@Nullable Report report) {
    var labels = new LinkedHashMap<String, long[]>();
    if (report != null) {
      for (var tile : report.tiles()) {
        switch (tile) {
          case StepTile.Labels(var name, var map) -> labels.put(name, map.toLongArray());
          case StepTile.Regions(var name, var mask) -> labels.put(name, mask.toLongArray());
          case StepTile.Crops(var name, var crops) ->
              labels.put(name, crops.corners().toLongArray());
          default -> {}
        }
      }
    }
    return labels;
  }

  @Override
  public void close() {
    optimizer.close();
    objective.close();
  }
}
