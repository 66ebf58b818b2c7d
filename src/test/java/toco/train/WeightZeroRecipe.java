package toco.train;

import java.util.List;
import java.util.Map;
import toco.batch.Batch;
import toco.batch.ViewSampler;
import toco.config.Config;
import toco.distributed.World;
import toco.loss.LossSchedule;
import toco.model.Network;
import toco.optim.ParamGroup;
import toco.recipe.Objective;
import toco.recipe.Recipe;
import toco.recipe.StepClock;
import toco.recipe.cosa.CosaRecipe;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;

/// CoSA as its published code computes it: all terms in every step, times their weights, also where
/// these are 0.
record WeightZeroRecipe(Config config) implements Recipe {
  private CosaRecipe always() {
    return new CosaRecipe(config.with("cosa.denseStartIter=0"));
  }

  @Override
  public LossSchedule losses() {
    return new CosaRecipe(config).losses();
  }

  @Override
  public ViewSampler views() {
    return always().views();
  }

  @Override
  public Network network(Device device) {
    return always().network(device);
  }

  @Override
  public Objective objective(Device device, World world, StepClock clock) {
    return new Weighted(always().objective(device, world, clock), losses());
  }

  private record Weighted(Objective all, LossSchedule schedule) implements Objective {
    @Override
    public Output forward(Batch batch, boolean wantsReport) {
      var losses = all.forward(batch, wantsReport).losses();
      var total = Tensor.full(0, DType.FLOAT32, Device.CPU);
      for (var weight : schedule.at(batch.step()).byTerm().entrySet()) {
        total = total.add(losses.require(weight.getKey()).mul(weight.getValue()));
      }
      return new Output(losses, total, List.of());
    }

    @Override
    public Network network() {
      return all.network();
    }

    @Override
    public Map<String, Network> otherNetworks() {
      return all.otherNetworks();
    }

    @Override
    public List<ParamGroup> parameterGroups() {
      return all.parameterGroups();
    }

    @Override
    public void afterUpdate() {
      all.afterUpdate();
    }

    @Override
    public void close() {
      all.close();
    }
  }
}
