package toco.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.distributed.World;
import toco.recipe.TrainStep;
import toco.torch.DType;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Adds up the losses of the steps between two log lines on the device, so that only reading them
/// waits for it.
final class LossMeter implements AutoCloseable {
  private static final String[] NAMES = {
    "cls", "clsAux", "ptc", "ctc", "seg", "reg", "total", "emptySegParts"
  };

  private @Nullable Tensor sums; // float32 [8]
  private final int[] counts = new int[NAMES.length];

  /// Adds a step's losses.
  void add(TrainStep.Result result) {
    var terms = result.losses();
    var values =
        Arrays.asList(
            terms.cls(),
            terms.clsAux(),
            terms.ptc(),
            terms.ctc(),
            terms.seg(),
            terms.reg(),
            result.total(),
            terms.emptySegParts());
    var zero = Tensor.full(0, DType.FLOAT32, result.total().device());
    var row = new ArrayList<Tensor>();
    for (int i = 0; i < counts.length; i++) {
      var value = values.get(i);
      row.add(value == null ? zero : value.detach().to(DType.FLOAT32));
      counts[i] += value == null ? 0 : 1;
    }
    var stacked = Tensor.stack(row, 0);
    if (sums == null) {
      sums = TensorScope.release(stacked.zerosLike());
    }
    sums.add_(stacked, 1);
  }

  /// This process's means since the last [#reset], by name, each over the steps that computed the
  /// term; what no step computed is left out.
  Map<String, Double> means() {
    return sums == null ? Map.of() : means(sums);
  }

  /// The means over all processes, which ask for them at the same step.
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
    for (int i = 0; i < NAMES.length; i++) {
      if (counts[i] > 0) {
        means.put(NAMES[i], (double) values[i] / counts[i]);
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
