package toco.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import toco.batch.Augmentation;
import toco.batch.Batch;
import toco.batch.ViewSampler;
import toco.config.Config;
import toco.distributed.World;
import toco.loss.ClassLoss;
import toco.loss.LossSchedule;
import toco.loss.LossSchedule.Entry;
import toco.loss.LossTerm;
import toco.loss.LossTerms;
import toco.model.Network;
import toco.optim.ParamGroup;
import toco.recipe.Objective;
import toco.recipe.ParamGroups;
import toco.recipe.Recipe;
import toco.recipe.StepClock;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Tensor;
import toco.torch.TensorList;
import toco.torch.TensorScope;

/// A recipe with state of every kind: classification, and a network that follows the logits of its
/// own moving average around their moving mean. A resumed run is the same only if all of it is
/// restored.
///
/// @param averages whether the mean is that of all processes, as a recipe must; else it differs
///   between them
record EmaRecipe(Config config, boolean averages) implements Recipe {
  private static final LossTerm CLS = new LossTerm("cls", "Classification");
  private static final LossTerm FOLLOW = new LossTerm("follow", "Teacher");
  private static final double MOMENTUM = 0.9;

  EmaRecipe(Config config) {
    this(config, true);
  }

  @Override
  public LossSchedule losses() {
    return LossSchedule.of(new Entry(CLS, 1), new Entry(FOLLOW, 0.5, 2));
  }

  @Override
  public ViewSampler views() {
    return Augmentation.of(config);
  }

  @Override
  public Network network(Device device) {
    return new Network(config.model(), device);
  }

  @Override
  public Optional<String> evaluated() {
    return Optional.of("teacher");
  }

  @Override
  public Objective objective(Device device, World world, StepClock clock) {
    return new Following(this, network(device), network(device), world);
  }

  private static final class Following implements Objective {
    private final EmaRecipe recipe;
    private final Network network;
    private final Network teacher; // draws its own weights
    private final World world;
    private final Tensor centre; // [K]
    private final Tensor mean; // [K], of the last micro-batch
    private final Tensor updates = TensorScope.release(Tensor.of(new long[] {0}));

    Following(EmaRecipe recipe, Network network, Network teacher, World world) {
      this.recipe = recipe;
      this.network = network;
      this.teacher = teacher;
      this.world = world;
      long classes = recipe.config.model().foregroundClasses();
      centre = zeros(classes, network);
      mean = zeros(classes, network);
    }

    private static Tensor zeros(long size, Network network) {
      return TensorScope.release(Tensor.full(0, DType.FLOAT32, network.params().device(), size));
    }

    @Override
    public Network network() {
      return network;
    }

    @Override
    public Map<String, Network> otherNetworks() {
      return Map.of("teacher", teacher);
    }

    @Override
    public Map<String, Tensor> buffers() {
      var buffers = new LinkedHashMap<String, Tensor>();
      buffers.put("centre", centre);
      buffers.put("updates", updates);
      return buffers;
    }

    @Override
    public List<ParamGroup> parameterGroups() {
      return ParamGroups.of(network.params(), recipe.config);
    }

    @Override
    public Output forward(Batch batch, boolean wantsReport) {
      var weights = recipe.losses().at(batch.step());
      var logits = network.classLogits(network.encode(batch.view1()).patchMap());
      var terms = new LinkedHashMap<LossTerm, Tensor>();
      terms.put(CLS, ClassLoss.of(logits, batch.labels()));
      var target = target(batch.view1());
      if (wantsReport || weights.has(FOLLOW)) {
        try (var _ = GradMode.enabled(weights.has(FOLLOW))) {
          var distance = logits.sub(target);
          terms.put(FOLLOW, distance.mul(distance).mean());
        }
      }
      var losses = new LossTerms(terms);
      return new Output(losses, losses.total(weights), List.of());
    }

    private Tensor target(Tensor images) {
      try (var _ = GradMode.noGrad()) {
        var logits = teacher.classLogits(teacher.encode(images).patchMap()); // [B, K]
        var fresh = logits.mean(new long[] {0}, false);
        if (recipe.averages) {
          world.allReduce_(fresh, "averaging the centre");
          fresh = fresh.div(world.size());
        }
        mean.copy_(fresh);
        return logits.sub(centre);
      }
    }

    @Override
    public void afterUpdate() {
      try (var _ = TensorScope.open();
          var _ = GradMode.noGrad()) {
        tensors(teacher).emaUpdate(tensors(network), MOMENTUM);
        centre.copy_(centre.mul(MOMENTUM).add(mean.mul(1 - MOMENTUM)));
        updates.copy_(updates.add(1));
      }
    }

    private static TensorList tensors(Network network) {
      return new TensorList(new ArrayList<>(network.params().all().values()));
    }

    @Override
    public void close() {
      Objective.super.close();
      mean.close();
    }
  }
}
