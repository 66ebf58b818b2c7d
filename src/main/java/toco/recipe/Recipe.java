package toco.recipe;

import java.util.Optional;
import toco.batch.ViewSampler;
import toco.distributed.World;
import toco.loss.LossSchedule;
import toco.model.Network;
import toco.torch.Device;

/// A method, as a configuration sets it: what it minimises and with which networks. [TrainStep] and
/// the loop around it know nothing of the method; a further method is a further package.
public interface Recipe {
  /// The terms of the loss and their weights by iteration.
  LossSchedule losses();

  /// Makes the random views of a training image. View 1 is the one whose box, labels and tiles a
  /// batch has; the others are the recipe's choice.
  ViewSampler views();

  /// The network that is evaluated and exported, in float32, for weights to be loaded. The caller
  /// closes it.
  Network network(Device device);

  /// The one of [Objective#otherNetworks] whose weights in a checkpoint are evaluated and exported,
  /// such as `teacher`; empty: the trained network's.
  default Optional<String> evaluated() {
    return Optional.empty();
  }

  /// Whether pseudo-labels are refined by PAR.
  default boolean refinesLabels() {
    return true;
  }

  /// What is trained, with networks initialised from LibTorch's random generator. The caller closes
  /// it.
  ///
  /// @param world the processes that train together; stays the caller's
  /// @param clock is notified as each part of a forward pass ends
  Objective objective(Device device, World world, StepClock clock);

  /// What is trained in a single process.
  default Objective objective(Device device) {
    return objective(device, World.single(), StepClock.NONE);
  }

  /// What a step computes, for counts of its operations. A recipe that does not say counts as
  /// nothing.
  default StepWork work() {
    return StepWork.NOTHING;
  }
}
