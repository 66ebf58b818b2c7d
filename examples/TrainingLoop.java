import module java.base;

import toco.batch.BatchRing;
import toco.batch.BatchSource;
import toco.config.Config;
import toco.config.Split;
import toco.data.Datasets;
import toco.model.Toco;
import toco.recipe.PublishedOptimizer;
import toco.recipe.TrainStep;
import toco.torch.Device;
import toco.torch.Rng;
import toco.torch.TensorScope;

/// ToCo's training in thirty lines: what `toco train` does, without checkpoints, logs and
/// evaluation.
void main(String[] arguments) {
  var overrides = List.of(arguments).subList(1, arguments.length); // such as train.maxIters=100
  var config = Config.load(Path.of(arguments[0]), overrides);
  Rng.manualSeed(config.run().seed());
  try (var model = new Toco(config.model(), Device.CPU);
      var optimizer = PublishedOptimizer.of(model.params(), config);
      var batches =
          new BatchRing(
              BatchSource.of(config, Datasets.open(config, Split.TRAIN), Device.CPU), 0, 1)) {
    var step = new TrainStep(model, optimizer, config);
    for (int iter = 1; iter <= config.train().maxIters(); iter++) {
      try (var _ = TensorScope.open()) { // frees every tensor of this step
        var result = step.run(batches::next, false); // all micro-batches, and the update
        if (iter % 20 == 0) {
          IO.println("step %4d  loss %.4f".formatted(iter, result.total()));
        }
      }
    }
  }
}
