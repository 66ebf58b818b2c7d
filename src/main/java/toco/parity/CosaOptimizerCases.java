package toco.parity;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import toco.config.Config;
import toco.optim.ParamGroup;
import toco.recipe.PublishedOptimizer;
import toco.recipe.cosa.CosaNetworks;
import toco.recipe.cosa.CosaRecipe;
import toco.torch.Tensor;
import tools.jackson.databind.JsonNode;

/// CoSA's parameter groups and its optimizer.
final class CosaOptimizerCases {
  private CosaOptimizerCases() {}

  /// The groups of the online network, and five steps on one weight of each.
  static Map<String, Tensor> paramGroups(GoldenCase golden, CosaNetworks networks, Config micro) {
    var config = config(golden, golden.params(), micro);
    var groups = CosaRecipe.parameterGroups(networks.online().params(), config);
    groups.forEach(ParamGroup::close);
    requireRecorded(golden, groups, networks, config);
    var leaves = new LinkedHashMap<String, Tensor>();
    var ofLeaves = new ArrayList<ParamGroup>();
    for (var group : groups) {
      for (var name : group.names()) {
        if (golden.has("in.param_" + name)) {
          var leaf = golden.in("param_" + name).clone().requiresGrad_(true);
          leaves.put(name, leaf);
          ofLeaves.add(ParamGroup.of(group.name(), group.lr(), Map.of(name, leaf)));
        }
      }
    }
    long steps = golden.tensor("out.lr").size(0);
    var rates = new ArrayList<Double>();
    var states = new HashMap<String, List<Tensor>>();
    try (var optimizer = PublishedOptimizer.of(ofLeaves, config)) {
      for (long step = 0; step < steps; step++) {
        long now = step;
        optimizer.zeroGrad();
        rates.addAll(optimizer.learningRates().values());
        leaves.forEach(
            (name, leaf) -> leaf.mul(golden.in("grad_" + name).select(0, now)).sum().backward());
        optimizer.step();
        leaves.forEach((name, leaf) ->
            states.computeIfAbsent(name, _ -> new ArrayList<>()).add(leaf.detach().clone()));
      }
    }
    var out = new HashMap<String, Tensor>();
    states.forEach((name, all) -> out.put("out.param_" + name, Tensor.stack(all, 0)));
    out.put("out.lr", CosaTrainingCases.doubles(rates).reshape(steps, groups.size()));
    return out;
  }

  /// Ours leave out what never changes: frozen weights and the encoder's head.
  private static void requireRecorded(
      GoldenCase golden, List<ParamGroup> groups, CosaNetworks networks, Config config) {
    var trainable = networks.online().params().trainable().keySet();
    var recorded = golden.params().path("groups");
    if (recorded.size() != groups.size()) {
      throw golden.lacks("%s groups".formatted(groups.size()));
    }
    for (int g = 0; g < groups.size(); g++) {
      var group = recorded.get(g);
      var names = new ArrayList<String>();
      group.path("names").forEach(name -> names.add(name.stringValue()));
      names.removeIf(name -> !trainable.contains(name));
      var own = groups.get(g);
      boolean equal =
          names.equals(own.names())
              && Math.abs(golden.number(group, "lr") - own.lr()) <= 1e-12
              && golden.number(group, "weight_decay")
                  == (own.decays() ? config.optim().weightDecay() : 0);
      if (!equal) {
        throw golden.lacks("the group %s of rate %s".formatted(own.names(), own.lr()));
      }
    }
  }

  /// The configuration of a recorded optimizer.
  static Config config(GoldenCase golden, JsonNode optimizer, Config micro) {
    return micro.with(
        "optim.lr=" + golden.number(optimizer, "lr"),
        "optim.weightDecay=" + golden.number(optimizer, "weight_decay"),
        "optim.betas=" + golden.numbers(optimizer, "betas"),
        "optim.power=" + golden.number(optimizer, "power"),
        "optim.minLrMultiplier="
            + (optimizer.has("min_mult") ? golden.number(optimizer, "min_mult") : 0),
        "optim.headLrMultiplier="
            + (optimizer.has("heads_lr_multiplier")
                ? golden.number(optimizer, "heads_lr_multiplier")
                : micro.optim().headLrMultiplier()),
        "train.warmupIters=" + (int) golden.number(optimizer, "warmup_iters"),
        "train.warmupRatio=" + golden.number(optimizer, "warmup_ratio"),
        "train.maxIters=" + (int) golden.number(optimizer, "max_iters"));
  }
}
