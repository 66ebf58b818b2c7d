package toco.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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
  private int steps;

  /// Adds a step's losses.
  void add(TrainStep.Result result) {
    var terms = result.losses();
    var values =
        Tensor.stack(
            List.of(
                terms.cls().detach(),
                terms.clsAux().detach(),
                terms.ptc().detach(),
                terms.ctc().detach(),
                terms.seg().detach(),
                terms.reg().detach(),
                result.total().detach(),
                result.emptySegParts().to(DType.FLOAT32)),
            0);
    if (sums == null) {
      sums = TensorScope.release(values.zerosLike());
    }
    sums.add_(values, 1);
    steps++;
  }

  /// The means since the last [#reset], by name.
  Map<String, Double> means() {
    var means = new LinkedHashMap<String, Double>();
    if (sums != null) {
      var values = sums.toFloatArray();
      for (int i = 0; i < NAMES.length; i++) {
        means.put(NAMES[i], (double) values[i] / steps);
      }
    }
    return means;
  }

  void reset() {
    if (sums != null) {
      sums.fill_(0);
    }
    steps = 0;
  }

  @Override
  public void close() {
    if (sums != null) {
      sums.close();
    }
  }
}
