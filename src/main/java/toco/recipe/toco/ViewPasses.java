package toco.recipe.toco;

import java.util.List;
import java.util.function.Supplier;
import toco.batch.Batch;
import toco.config.Config;
import toco.model.Encoder.Encoded;
import toco.model.Toco;
import toco.recipe.DropPathPasses;
import toco.torch.Tensor;

/// The encoder's passes over the views of a batch. With `model.dropPath`, the passes that are
/// trained drop branches of blocks at random: a function of the seed, the step, the position of
/// each image in the step's whole batch and the view, so that neither resuming nor the number of
/// processes changes it.
///
/// @param model the caller's
record ViewPasses(Toco model, Config config) {
  /// Both global views, [2B, …]; of the second only the class token is used. One batch keeps a GPU
  /// busy; a CPU is not faster with it, and works better in smaller pieces of memory.
  ///
  /// @param wantsSecond whether the second view is needed; else it is left out, [B, …]
  Encoded global(Batch batch, boolean wantsSecond) {
    return global(batch, wantsSecond, true);
  }

  /// The same for the CAMs and the teacher, which drop nothing: the same passes if these do not,
  /// and else others, without gradient.
  ///
  /// @param trained result of [#global(Batch, boolean)]
  Encoded steady(Batch batch, boolean wantsSecond, Encoded trained) {
    return dropPath().steady(trained, () -> global(batch, wantsSecond, false));
  }

  /// The class tokens of local crops.
  ///
  /// @param crops [n·B, 3, …], the first crop of all images first
  /// @return [n·B, D]
  Tensor local(Batch batch, Tensor crops) {
    return dropping(batch, 2, true, () -> model.encodeClass(crops));
  }

  private Encoded global(Batch batch, boolean wantsSecond, boolean drops) {
    var view1 = batch.view1();
    var view2 = batch.view2();
    long full = view1.size(0);
    if (!wantsSecond) {
      return dropping(batch, 0, drops, () -> model.encode(view1, full));
    }
    if (!view1.device().isCpu()) {
      var both = Tensor.cat(List.of(view1, view2), 0);
      return dropping(batch, 0, drops, () -> model.encode(both, full));
    }
    var tokens = dropping(batch, 0, drops, () -> model.encode(view1));
    var second = dropping(batch, 1, drops, () -> model.encodeClass(view2));
    return new Encoded(Tensor.cat(List.of(tokens.clsToken(), second), 0), tokens);
  }

  /// @param firstView number of the view of the first images
  private <T> T dropping(Batch batch, int firstView, boolean drops, Supplier<T> pass) {
    return drops ? dropPath().trained(batch, firstView, pass) : pass.get();
  }

  private DropPathPasses dropPath() {
    return new DropPathPasses(model, config);
  }
}
