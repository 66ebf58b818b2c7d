package toco.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.distributed.World;
import toco.loss.LossSchedule;
import toco.recipe.TrainStep;
import toco.torch.DType;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Adds up the losses of the micro-batches between two log lines on the device, so that only
/// reading them waits for it.
final class LossMeter implements AutoCloseable {
  private final LossSchedule losses;
  private final List<String> names;
  private final int[] counts; // micro-batches that computed a term
  private @Nullable Tensor sums; // float32 [names]

  /// @param losses of the recipe
  LossMeter(LossSchedule losses) {
    this.losses = losses;
    names = losses.names();
    counts = new int[names.size()];
  }

  /// Adds a step's losses.
  void add(TrainStep.Result result) {
    try (var _ = TensorScope.open()) {
      result.microBatches().forEach(this::add);
    }
  }

  private void add(TrainStep.MicroBatch batch) {
    var values = new ArrayList<@Nullable Tensor>();
    losses.terms().forEach(term -> values.add(batch.losses().get(term)));
    values.add(batch.total());
    losses.counts().forEach(count -> values.add(batch.losses().counts().get(count)));

    var zero = Tensor.full(0, DType.FLOAT32, batch.total().device());
    var row = new ArrayList<Tensor>();
    for (int i = 0; i < counts.length; i++) {
      var value = values.get(i);
      row.add(value == null ? zero : value.to(DType.FLOAT32));
      counts[i] += value == null ? 0 : 1;
    }
    var stacked = Tensor.stack(row, 0);
    if (sums == null) {
      sums = TensorScope.release(stacked.zerosLike());
    }
    sums.add_(stacked, 1);
  }

  /// This process's means since the last [#reset], by name, each over the micro-batches that
  /// computed the term; a term that none computed is left out. Waits for the device.
  Map<String, Double> means() {
    return sums == null ? Map.of() : means(sums);
  }

  /// The means over all processes, which must all ask at the same step.
  Map<String, Double> meansOver(World world) {
    if (sums == null) {
      return Map.of();
    }
    try (var _ = TensorScope.open()) {
      var all = sums.div(world.size());
      world.allReduce_(all, "averaging losses");
      return means(all);
    }
  }

  private Map<String, Double> means(Tensor sums) {
    var means = new LinkedHashMap<String, Double>();
    var values = sums.toFloatArray();
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        means.put(names.get(i), (double) values[i] / counts[i]);
      }
    }
    return means;
  }

  void reset() {
    if (sums != null) {
      sums.fill_(0);
    }
    Arrays.fill(counts, 0);
  }

  @Override
  public void close() {
    if (sums != null) {
      sums.close();
    }
  }
}
