package toco.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import toco.torch.Tensor;
import toco.torch.TensorList;

/// Updates parameter groups by an [UpdateRule], all in one native call, at the rates of a
/// [Schedule].
///
/// A parameter that got no gradient counts as having a zero one: its moments age and its weights
/// decay. That is what a loss term of weight 0 does in the published code, where ours skips the
/// computation.
public final class Optimizer implements AutoCloseable {
  private final List<ParamGroup> groups;
  private final TensorList params; // of all groups, one after the other
  private final TensorList first;
  private final TensorList second;
  private final UpdateRule rule;
  private final Schedule schedule;
  private long step;

  /// @param groups closed with the optimizer
  public Optimizer(List<ParamGroup> groups, UpdateRule rule, Schedule schedule) {
    this.groups = List.copyOf(groups);
    params = joined(ParamGroup::params);
    first = joined(ParamGroup::first);
    second = joined(ParamGroup::second);
    this.rule = rule;
    this.schedule = schedule;
  }

  private TensorList joined(Function<ParamGroup, List<Tensor>> part) {
    return new TensorList(groups.stream().map(part).flatMap(List::stream).toList());
  }

  /// AdamW with PyTorch's defaults at a constant rate, for networks of one's own.
  ///
  /// @param params weights by name, as [toco.nn.Parameters#trainable] gives them; they stay the
  ///   caller's
  public static Optimizer adamW(Map<String, Tensor> params, double lr) {
    return constant(params, lr, UpdateRule.AdamW.DEFAULT);
  }

  /// SGD at a constant rate, for networks of one's own.
  ///
  /// @param params weights by name; they stay the caller's
  public static Optimizer sgd(Map<String, Tensor> params, double lr, double momentum) {
    return constant(params, lr, new UpdateRule.Sgd(momentum, 0));
  }

  private static Optimizer constant(Map<String, Tensor> params, double lr, UpdateRule rule) {
    return new Optimizer(List.of(ParamGroup.of("all", lr, params)), rule, Schedule.constant());
  }

  /// Updates every group from the gradients that lie on its parameters.
  public void step() {
    var rates = groups.stream().map(this::atItsRate).toList();
    switch (rule) {
      case UpdateRule.AdamW(double beta1, double beta2, double eps, double decay) ->
          params.adamwStep(first, second, rates, step + 1, beta1, beta2, eps, decay, true);
      case UpdateRule.Sgd(double momentum, double decay) ->
          params.sgdStep(first, rates, step + 1, momentum, decay, true);
    }
    step++;
  }

  private TensorList.Group atItsRate(ParamGroup group) {
    return new TensorList.Group(group.params().size(), schedule.lrAt(step, group.lr()));
  }

  /// Scales all gradients down so that their common norm is at most `maxNorm`.
  ///
  /// @return the norm before, a scalar on their device
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

  /// Steps taken.
  public long steps() {
    return step;
  }

  /// The groups' learning rates at the coming step, by name.
  public Map<String, Double> learningRates() {
    var rates = new LinkedHashMap<String, Double>();
    groups.forEach(group -> rates.put(group.name(), schedule.lrAt(step, group.lr())));
    return rates;
  }

  /// The running values by parameter name, `NAME.first` and `NAME.second`: with [#steps] all there
  /// is to save.
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

  /// Goes on from saved running values, which must have been written into [#state]'s tensors.
  public void resumeAt(long steps) {
    step = steps;
  }

  @Override
  public void close() {
    groups.forEach(ParamGroup::close);
  }
}
