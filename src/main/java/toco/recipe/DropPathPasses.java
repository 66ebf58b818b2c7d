package toco.recipe;

import java.util.function.Supplier;
import toco.batch.Batch;
import toco.config.Config;
import toco.data.CounterRandom;
import toco.model.Network;
import toco.torch.GradMode;

/// The encoder's passes over the views of a batch, with and without `model.dropPath`. What a
/// trained pass drops is a function of the seed, the step, the position of each image in the step's
/// whole batch and the view, so that neither resuming nor the number of processes changes it.
///
/// @param model the caller's
public record DropPathPasses(Network model, Config config) {
  private static final int FIRST_STREAM = -1000; // of the generators; views count down from it

  /// A pass that is trained, in which branches of blocks are dropped at random.
  ///
  /// @param firstView number of the view of the first images; as many images as the batch has
  ///   samples are of one view
  public <T> T trained(Batch batch, int firstView, Supplier<T> pass) {
    if (config.model().dropPath() == 0) {
      return pass.get();
    }
    int samples = (int) batch.view1().size(0);
    return model.withDropPath(
        image ->
            new CounterRandom(
                config.run().seed(),
                Math.toIntExact(batch.step()),
                batch.firstPosition() + image % samples,
                FIRST_STREAM - firstView - image / samples),
        pass);
  }

  /// The same pass for CAMs and teachers, which drop nothing: the trained one if that drops nothing
  /// either, else another, without gradient.
  ///
  /// @param pass without [#trained]
  public <T> T steady(T trained, Supplier<T> pass) {
    if (config.model().dropPath() == 0) {
      return trained;
    }
    try (var _ = GradMode.noGrad()) {
      return pass.get();
    }
  }
}
