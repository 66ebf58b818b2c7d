package toco.recipe.toco;

import java.util.List;
import toco.batch.Augmentation;
import toco.batch.ViewSampler;
import toco.cam.RoiCrops;
import toco.config.Config;
import toco.distributed.World;
import toco.host.Devices;
import toco.loss.LossSchedule;
import toco.model.Network;
import toco.model.Toco;
import toco.nn.Parameters;
import toco.optim.ParamGroup;
import toco.recipe.Objective;
import toco.recipe.ParamGroups;
import toco.recipe.ParamGroups.Head;
import toco.recipe.Recipe;
import toco.recipe.StepClock;
import toco.recipe.StepWork;
import toco.recipe.StepWork.Pass;
import toco.torch.Device;

/// ToCo (arXiv:2303.01267), as a configuration sets it.
public record TocoRecipe(Config config) implements Recipe {
  @Override
  public LossSchedule losses() {
    return TocoLosses.of(config);
  }

  @Override
  public ViewSampler views() {
    return Augmentation.of(config);
  }

  @Override
  public Network network(Device device) {
    return new Toco(config.model(), device);
  }

  @Override
  public StepWork work() {
    int crop = config.augment().cropSizePx();
    var train = config.train();
    var views =
        List.of(
            new Pass(crop, 1, true, true),
            new Pass(crop, RoiCrops.GLOBAL_VIEWS - 1, true, false),
            new Pass(train.localCropSizePx(), train.localCrops(), true, false));
    return new StepWork(views, 0, 0).plusScales(crop, config.cam().scales(), true, false);
  }

  @Override
  public Objective objective(Device device, World world, StepClock clock) {
    var model = new Toco(config.model(), device, Devices.autocastDtype(config.train()));
    return TocoObjective.of(model, config, world).timedBy(clock);
  }

  /// The weights in the published groups: the student head is one of the classifiers, or with
  /// `optim.projectionLrMultiplier` a group.
  ///
  /// @param params of a [Toco]; stay the caller's, and must outlive the groups
  public static List<ParamGroup> parameterGroups(Parameters params, Config config) {
    var optim = config.optim();
    return ParamGroups.of(
        params,
        config,
        name ->
            name.startsWith("proj_head.") && optim.projectionLrMultiplier() != null
                ? new Head("projection", optim.projectionLr())
                : Head.classifier(optim));
  }
}
