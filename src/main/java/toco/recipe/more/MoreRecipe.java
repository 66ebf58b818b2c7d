package toco.recipe.more;

import java.util.Comparator;
import java.util.List;
import toco.batch.ViewSampler;
import toco.config.Config;
import toco.config.MoreConfig;
import toco.config.OptimConfig;
import toco.distributed.World;
import toco.host.Devices;
import toco.loss.LossSchedule;
import toco.model.MoreNetwork;
import toco.model.Network;
import toco.nn.Parameters;
import toco.optim.ParamGroup;
import toco.recipe.Objective;
import toco.recipe.ParamGroups;
import toco.recipe.ParamGroups.Head;
import toco.recipe.Recipe;
import toco.recipe.StepClock;
import toco.recipe.StepWork;
import toco.torch.Device;

/// MoRe (arXiv:2412.11076), as a configuration sets it.
///
/// @param more what MoRe has besides ToCo's settings
public record MoreRecipe(Config config, MoreConfig more) implements Recipe {
  private static final String GRAPH_LAYER = "graph_layer";

  @Override
  public LossSchedule losses() {
    return MoreLosses.of(config, more);
  }

  @Override
  public ViewSampler views() {
    return MoreViews.of(config);
  }

  @Override
  public Network network(Device device) {
    return new MoreNetwork(config.model(), device);
  }

  @Override
  public StepWork work() {
    int crop = config.augment().cropSizePx();
    var model = config.model();
    int classTokens = MoreNetwork.REGISTERS + model.foregroundClasses();
    var one = StepWork.ofOnePass(crop);
    return new StepWork(one.passes(), classTokens - 1, graphLayerFlops(crop))
        .plusScales(crop, config.cam().scales(), true, false);
  }

  /// Of the matrix products of the graph category attention: heads, tails, similarities, and two
  /// layers for the update.
  private double graphLayerFlops(int crop) {
    var shape = config.model().encoderShape();
    double width = shape.embedDim();
    double classes = config.model().foregroundClasses();
    int gridSide = crop / shape.patchSizePx();
    double tokens = classes + (double) gridSide * gridSide;
    return 2 * width * (width * (3 * classes + tokens) + classes * tokens);
  }

  @Override
  public Objective objective(Device device, World world, StepClock clock) {
    var model = new MoreNetwork(config.model(), device, Devices.autocastDtype(config.train()));
    return MoreObjective.of(model, config, more, world).timedBy(clock);
  }

  /// The weights in the published groups, in this order: encoder, its norms, classifiers, all of
  /// the graph category attention, decoder. Weights that nothing uses are in none.
  ///
  /// @param params of a [MoreNetwork]; stay the caller's, and must outlive the groups
  public static List<ParamGroup> parameterGroups(Parameters params, Config config) {
    var optim = config.optim();
    return ParamGroups.of(params, config, name -> head(name, optim)).stream()
        .sorted(Comparator.comparingInt(group -> place(group.name())))
        .toList();
  }

  private static Head head(String name, OptimConfig optim) {
    return name.startsWith(GRAPH_LAYER)
        ? new Head(GRAPH_LAYER, optim.lr() * optim.headLrMultiplier())
        : Head.classifier(optim);
  }

  /// The encoder's groups keep their order.
  private static int place(String group) {
    return switch (group) {
      case "classifier" -> 1;
      case GRAPH_LAYER -> 2;
      case "decoder" -> 3;
      default -> 0;
    };
  }
}
