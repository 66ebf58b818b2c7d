import module java.base;

import toco.batch.BatchRing;
import toco.batch.BatchSource;
import toco.config.Config;
import toco.config.Split;
import toco.data.Dataset;
import toco.host.Devices;
import toco.recipe.PublishedOptimizer;
import toco.recipe.TrainStep;
import toco.recipes.Recipes;
import toco.torch.Rng;
import toco.torch.TensorScope;

/// Training in thirty lines: what `toco train` does, without checkpoints, logs and evaluation.
void main(String[] arguments) {
  var overrides = List.of(arguments).subList(1, arguments.length); // such as train.maxIters=100
  var config = Config.load(Path.of(arguments[0]), overrides);
  var recipe = Recipes.of(config);
  var images = Dataset.open(config.data(), Split.TRAIN);
  Rng.manualSeed(config.run().seed());
  var device = Devices.prepare(config.train()); // of train.device
  try (var objective = recipe.objective(device);
      var optimizer = PublishedOptimizer.of(objective, config);
      var batches =
          new BatchRing(BatchSource.of(config, images, device).withViews(recipe.views()), 0, 1)) {
    var step = new TrainStep(objective, optimizer, config);
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
