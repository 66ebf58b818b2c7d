package toco.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import toco.torch.Tensor;
import toco.torch.TensorList;

/// Updates parameter groups by an [UpdateRule] at the learning rates of a [Schedule]: all groups
/// with weight decay in one native call, and all without in another.
///
/// Unlike in PyTorch, a parameter without gradient is updated as if its gradient were zero: its
/// moments and weights decay. In the published ToCo code a loss term of weight 0 gives zero
/// gradients; here the term is not computed, and the update is the same.
public final class Optimizer implements AutoCloseable {
  private final List<ParamGroup> groups;
  private final TensorList params; // of all groups, concatenated
  private final List<Part> parts;
  private final UpdateRule rule;
  private final Schedule schedule;
  private long step;

  /// The groups with weight decay, or those without, concatenated: what one native call updates.
  private record Part(
      List<ParamGroup> groups,
      boolean decays,
      TensorList params,
      TensorList first,
      TensorList second) {
    static Part of(List<ParamGroup> groups, boolean decays) {
      var own = groups.stream().filter(group -> group.decays() == decays).toList();
      return new Part(
          own,
          decays,
          joined(own, ParamGroup::params),
          joined(own, ParamGroup::first),
          joined(own, ParamGroup::second));
    }
  }

  /// @param groups closed with the optimizer
  public Optimizer(List<ParamGroup> groups, UpdateRule rule, Schedule schedule) {
    this.groups = List.copyOf(groups);
    params = joined(groups, ParamGroup::params);
    parts =
        Stream.of(true, false)
            .map(decays -> Part.of(groups, decays))
            .filter(part -> part.params.size() > 0)
            .toList();
    this.rule = rule;
    this.schedule = schedule;
  }

  private static TensorList joined(
      List<ParamGroup> groups, Function<ParamGroup, List<Tensor>> field) {
    return new TensorList(groups.stream().map(field).flatMap(List::stream).toList());
  }

  /// AdamW with PyTorch's defaults at a constant learning rate, for your own network.
  ///
  /// @param params weights by name, as from [toco.nn.Parameters#trainable]; not closed with the
  ///   optimizer
  public static Optimizer adamW(Map<String, Tensor> params, double lr) {
    return constant(params, lr, UpdateRule.AdamW.DEFAULT);
  }

  /// SGD at a constant learning rate, for your own network.
  ///
  /// @param params weights by name; not closed with the optimizer
  public static Optimizer sgd(Map<String, Tensor> params, double lr, double momentum) {
    return constant(params, lr, new UpdateRule.Sgd(momentum, 0));
  }

  private static Optimizer constant(Map<String, Tensor> params, double lr, UpdateRule rule) {
    return new Optimizer(List.of(ParamGroup.of("all", lr, params)), rule, Schedule.constant());
  }

  /// Updates the parameters of all groups from their gradients.
  public void step() {
    parts.forEach(this::update);
    step++;
  }

  private void update(Part part) {
    var rates = part.groups.stream().map(this::withLearningRate).toList();
    switch (rule) {
      case UpdateRule.AdamW(double beta1, double beta2, double eps, double decay) ->
          part.params.adamwStep(
              part.first,
              part.second,
              rates,
              step + 1,
              beta1,
              beta2,
              eps,
              part.decays ? decay : 0,
              true);
      case UpdateRule.Sgd(double momentum, double decay) ->
          part.params.sgdStep(part.first, rates, step + 1, momentum, part.decays ? decay : 0, true);
    }
  }

  private TensorList.Group withLearningRate(ParamGroup group) {
    return new TensorList.Group(group.params().size(), schedule.lrAt(step, group.lr()));
  }

  /// Scales the gradients of all groups down so that their total norm is at most `maxNorm`, as
  /// `torch.nn.utils.clip_grad_norm_`.
  ///
  /// @return the total norm before clipping, a scalar on the gradients' device
  public Tensor clipGradNorm(double maxNorm) {
    return params.clipGradNorm_(maxNorm);
  }

  /// The Euclidean norm of all gradients together, a scalar on their device; it changes none.
  public Tensor gradNorm() {
    return params.gradNorm();
  }

  /// Drops all gradients.
  public void zeroGrad() {
    params.zeroGrad();
  }

  /// The number of steps taken.
  public long steps() {
    return step;
  }

  /// The learning rate of each group at the next step, by group name.
  public Map<String, Double> learningRates() {
    var rates = new LinkedHashMap<String, Double>();
    groups.forEach(group -> rates.put(group.name(), schedule.lrAt(step, group.lr())));
    return rates;
  }

  /// The optimizer state by parameter name, `NAME.first` and `NAME.second`. Together with [#steps]
  /// it is all that a checkpoint needs.
  public Map<String, Tensor> state() {
    var state = new LinkedHashMap<String, Tensor>();
    for (var group : groups) {
      for (int i = 0; i < group.names().size(); i++) {
        state.put(group.names().get(i) + ".first", group.first().get(i));
        state.put(group.names().get(i) + ".second", group.second().get(i));
      }
    }
    return state;
  }

  /// Sets the number of steps taken, to resume after saved state was copied into the tensors of
  /// [#state].
  public void resumeAt(long steps) {
    step = steps;
  }

  @Override
  public void close() {
    groups.forEach(ParamGroup::close);
  }
}
