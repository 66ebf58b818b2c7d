package toco.recipe;

import java.util.List;
import toco.batch.Batch;
import toco.loss.LossTerms;
import toco.model.Network;
import toco.optim.ParamGroup;
import toco.torch.Tensor;

/// What a recipe minimises: its networks, and the losses of a micro-batch. [TrainStep] accumulates,
/// averages and applies the gradients, and knows nothing of the recipe. Closing it frees its
/// networks.
public interface Objective extends AutoCloseable {
  /// The network that the optimizer trains.
  Network network();

  /// Its weights in groups, each with its learning rate.
  ///
  /// @return to be closed by the caller, as an optimizer does
  List<ParamGroup> parameterGroups();

  /// Called once per step, after its first micro-batch is loaded and before any forward pass:
  /// updates the networks that follow the trained one, such as an EMA teacher.
  ///
  /// @return undoes exactly that, if a later micro-batch of the step cannot be loaded: what is
  ///   saved then must be the state after the previous step. Valid until the innermost scope closes
  default Runnable beginStep() {
    return () -> {};
  }

  /// The forward pass and the losses of a micro-batch. The tensors belong to the innermost scope.
  ///
  /// @param wantsReport whether terms of weight 0 and tiles are wanted too, for logs and pictures;
  ///   they carry no gradient
  Output forward(Batch batch, boolean wantsReport);

  /// Adds the gradients of a loss of [#forward] to the gradients of the weights.
  ///
  /// @param loss scalar
  default void backward(Tensor loss) {
    network().backward(loss);
  }

  /// Called once per step, after the optimizer's update: updates what follows the new weights.
  default void afterUpdate() {}

  @Override
  default void close() {
    network().close();
  }

  /// What a micro-batch gives.
  ///
  /// @param losses the terms, unweighted
  /// @param total their weighted sum, a scalar, which is minimised
  /// @param tiles what its pictures show; empty unless a report was wanted
  record Output(LossTerms losses, Tensor total, List<StepTile> tiles) {}
}
