package toco.recipe.cosa;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import toco.batch.ViewSampler;
import toco.config.Config;
import toco.distributed.World;
import toco.host.Devices;
import toco.image.Normalization;
import toco.loss.LossSchedule;
import toco.model.Network;
import toco.nn.Parameters;
import toco.optim.ParamGroup;
import toco.recipe.Objective;
import toco.recipe.ParamGroups;
import toco.recipe.Recipe;
import toco.recipe.StepClock;
import toco.recipe.StepWork;
import toco.torch.Device;

/// CoSA (arXiv:2402.17891), as a configuration sets it. The teacher is evaluated.
public record CosaRecipe(Config config) implements Recipe {
  private static final String DECODER = "decoder";

  @Override
  public LossSchedule losses() {
    return CosaLosses.of(config);
  }

  @Override
  public ViewSampler views() {
    return new WeakStrongViews(
        config.augment(),
        config.cosa(),
        Normalization.of(config.model().statistics()),
        config.run().seed());
  }

  @Override
  public Network network(Device device) {
    return new Network(config.model(), device);
  }

  @Override
  public Optional<String> evaluated() {
    return Optional.of(CosaNetworks.TEACHER);
  }

  @Override
  public boolean refinesLabels() {
    return false;
  }

  @Override
  public StepWork work() {
    int crop = config.augment().cropSizePx();
    return StepWork.ofOnePass(crop).plusScales(crop, config.cam().scales(), false, true);
  }

  @Override
  public Objective objective(Device device, World world, StepClock clock) {
    var networks = CosaNetworks.of(config.model(), device, Devices.autocastDtype(config.train()));
    return CosaObjective.of(networks, config, world).timedBy(clock);
  }

  /// The weights in the published groups, in this order: encoder, its norms, classifiers, decoder.
  ///
  /// @param params of the online network; stay the caller's, and must outlive the groups
  public static List<ParamGroup> parameterGroups(Parameters params, Config config) {
    return ParamGroups.of(params, config).stream()
        .sorted(Comparator.comparing(group -> group.name().equals(DECODER)))
        .toList();
  }
}
