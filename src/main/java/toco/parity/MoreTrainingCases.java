package toco.parity;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import toco.batch.Batch;
import toco.config.Config;
import toco.config.MoreConfig;
import toco.config.OptimConfig;
import toco.distributed.GradientAveraging;
import toco.image.ImageBox;
import toco.loss.LossTerm;
import toco.nn.Parameters;
import toco.optim.ParamGroup;
import toco.recipe.PublishedOptimizer;
import toco.recipe.TrainStep;
import toco.recipe.more.MoreObjective;
import toco.recipe.more.MoreRecipe;
import toco.recipe.more.PatchLabels;
import toco.torch.DType;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import tools.jackson.databind.JsonNode;

/// MoRe's parameter groups, and whole training steps.
final class MoreTrainingCases {
  private MoreTrainingCases() {}

  /// The groups of the whole network, and steps of a few weights.
  static Map<String, Tensor> paramGroups(GoldenCase golden, Path directory) {
    var config = optimizer(golden, golden.params(), MicroNetwork.moreConfig(directory));
    requireGroups(golden, directory, config);
    var unused = new HashSet<>(golden.texts("no_gradient"));
    try (var params = new Parameters(golden.device())) {
      golden
          .tensors()
          .forEach((key, tensor) -> {
            if (key.startsWith("in.param_")) {
              var name = key.substring("in.param_".length());
              var _ = params.frozenIf(unused.contains(name)).add(name, tensor.clone());
            }
          });
      var series = new LinkedHashMap<String, List<Tensor>>();
      var rates = new ArrayList<Double>();
      long steps = golden.tensor("out.lr").size(0);
      try (var optimizer =
          PublishedOptimizer.of(MoreRecipe.parameterGroups(params, config), config)) {
        for (int step = 0; step < steps; step++) {
          int now = step;
          optimizer.zeroGrad();
          params
              .trainable()
              .forEach((name, weight) ->
                  weight.mul(golden.in("grad_" + name).select(0, now)).sum().backward());
          rates.addAll(optimizer.learningRates().values());
          optimizer.step();
          params
              .all()
              .forEach((name, weight) ->
                  series
                      .computeIfAbsent("out.param_" + name, _ -> new ArrayList<>())
                      .add(weight.detach().clone()));
        }
      }
      var out = new LinkedHashMap<String, Tensor>();
      series.forEach((name, values) -> out.put(name, Tensor.stack(values, 0)));
      out.put("out.lr", doubles(rates).reshape(steps, rates.size() / steps));
      return out;
    }
  }

  /// The published groups list weights that nothing uses; in ours they are in none.
  private static void requireGroups(GoldenCase golden, Path directory, Config config) {
    try (var model = MicroNetwork.loadMore(directory, config, golden.device())) {
      var groups = MoreRecipe.parameterGroups(model.params(), config);
      try {
        var trainable = model.params().trainable().keySet();
        var expected = new ArrayList<List<String>>();
        for (var group : golden.params().path("groups")) {
          var names = new ArrayList<String>();
          group.forEach(name -> names.add(name.stringValue()));
          names.retainAll(trainable);
          expected.add(names);
        }
        var actual = groups.stream().map(ParamGroup::names).toList();
        if (!actual.equals(expected)) {
          throw golden.lacks("the groups " + actual + " in its parameters, got " + expected);
        }
      } finally {
        groups.forEach(ParamGroup::close);
      }
    }
  }

  static Map<String, Tensor> trajectory(GoldenCase golden, Path directory) {
    var config = trajectoryConfig(golden, MicroNetwork.moreConfig(directory));
    var record = new Recorded();
    try (var scope = TensorScope.open();
        var objective = objective(golden, directory, config, record);
        var optimizer = PublishedOptimizer.of(objective, config)) {
      var groups = objective.parameterGroups();
      var step = new TrainStep(objective, optimizer, config, GradientAveraging.none());
      int steps = golden.integer("steps");
      long batches =
          golden.tensors().keySet().stream().filter(key -> key.startsWith("in.inputs_")).count();
      for (int iter = 0; iter < steps; iter++) {
        record.rates.addAll(optimizer.learningRates().values());
        try (var _ = TensorScope.open()) {
          var batch = batch(golden, iter % Math.max(1, batches)).atStep(iter);
          record.losses(step.run(() -> batch, true));
          groups.forEach(group -> record.norms.add(norm(group)));
        }
      }
      groups.forEach(ParamGroup::close);
      var out = record.out(steps);
      var params = objective.network().params();
      for (var name : golden.texts("parameters_without_gradient")) {
        MoreModelCases.requireNoGradient(golden, params, name);
      }
      params.all().forEach((name, weight) -> out.put("out.param_" + name, weight.detach().clone()));
      out.values().forEach(scope::keep);
      return out;
    }
  }

  private static MoreObjective objective(
      GoldenCase golden, Path directory, Config config, Recorded record) {
    return MoreObjective.of(
            MicroNetwork.loadMore(directory, config, golden.device()), config, more(golden))
        .withDraw(batch -> (_, _) -> golden.in("draw").select(0, batch.step()))
        .observedBy(record::patches);
  }

  /// What the steps gave, in order.
  private static final class Recorded {
    final List<Double> rates = new ArrayList<>();
    final List<Double> norms = new ArrayList<>();
    private final Map<String, List<Double>> losses = new LinkedHashMap<>();
    private final List<Tensor> cre = new ArrayList<>();
    private final List<Tensor> ure = new ArrayList<>();
    private final List<Tensor> places = new ArrayList<>();

    void patches(PatchLabels patches) {
      cre.add(TensorScope.release(patches.masks().cre().to(DType.UINT8)));
      ure.add(TensorScope.release(patches.masks().ure().to(DType.UINT8)));
      places.add(TensorScope.release(MoreLossCases.placesOf(requireNonNull(patches.tokens()))));
    }

    void losses(TrainStep.Result result) {
      result
          .microBatches()
          .getFirst()
          .losses()
          .byTerm()
          .forEach((term, value) -> add(name(term), value.item()));
      add("total", result.total());
    }

    private static String name(LossTerm term) {
      return term.key().equals("clsAux") ? "cls_aux" : term.key();
    }

    private void add(String name, double value) {
      losses.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
    }

    Map<String, Tensor> out(int steps) {
      var out = new LinkedHashMap<String, Tensor>();
      losses.forEach((name, values) -> out.put("out.loss_" + name, doubles(values)));
      out.put("out.lr", doubles(rates).reshape(steps, -1));
      out.put("out.grad_norm", doubles(norms).reshape(steps, -1));
      out.put("out.mask_cre", stackAndClose(cre));
      out.put("out.mask_ure", stackAndClose(ure));
      out.put("out.tokens_at", stackAndClose(places));
      return out;
    }

    private static Tensor stackAndClose(List<Tensor> tensors) {
      var stack = Tensor.stack(tensors, 0);
      tensors.forEach(Tensor::close);
      return stack;
    }
  }

  /// The Euclidean norm of a group's gradients.
  private static double norm(ParamGroup group) {
    double squares = 0;
    for (var weight : group.params()) {
      var gradient = weight.grad();
      squares += gradient == null ? 0 : Math.pow(gradient.norm().item(), 2);
    }
    return Math.sqrt(squares);
  }

  private static Batch batch(GoldenCase golden, long i) {
    var images = golden.in("inputs_" + i);
    var labels = golden.in("cls_label_" + i);
    int count = (int) images.size(0);
    var box = ImageBox.full((int) images.size(2), (int) images.size(3));
    return new Batch(
        images,
        images,
        images,
        labels,
        LabelCases.rows(labels),
        Collections.nCopies(count, box),
        IntStream.range(0, count).boxed().toList(),
        0,
        0);
  }

  private static Config optimizer(GoldenCase golden, JsonNode group, Config micro) {
    return micro.with(
        "optim.kind=" + OptimConfig.Kind.POLY_WARMUP_ADAMW,
        "optim.lr=" + golden.number(group, "lr"),
        "optim.weightDecay=" + golden.number(group, "weight_decay"),
        "optim.betas=" + golden.numbers(group, "betas"),
        "optim.power=" + golden.number(group, "power"),
        "train.maxIters=" + (int) golden.number(group, "max_iters"),
        "train.warmupIters=" + (int) golden.number(group, "warmup_iters"),
        "train.warmupRatio=" + golden.number(group, "warmup_ratio"));
  }

  private static Config trajectoryConfig(GoldenCase golden, Config micro) {
    var group = golden.group("optimizer");
    var thresholds = golden.group("thresholds");
    var par = golden.group("par");
    var energy = golden.group("energy");
    return optimizer(golden, group, micro)
        .with(
            "optim.headLrMultiplier=" + golden.number(group, "heads_lr_multiplier"),
            "cam.scales=" + golden.numbers("cam_scales"),
            "cam.highThreshold=" + golden.number(thresholds, "high"),
            "cam.lowThreshold=" + golden.number(thresholds, "low"),
            "cam.parIterations=" + (int) golden.number(par, "num_iter"),
            "cam.parDilations="
                + golden.numbers(par, "dilations").stream().map(Double::intValue).toList(),
            "loss.energyWeight=" + golden.number(energy, "weight"),
            "loss.energySigmaRgb=" + golden.number(energy, "sigma_rgb"),
            "loss.energySigmaXy=" + golden.number(energy, "sigma_xy"),
            "loss.energyScaleFactor=" + golden.number(energy, "scale_factor"));
  }

  private static MoreConfig more(GoldenCase golden) {
    var weights = golden.group("weights");
    var after = golden.numbers(golden.group("thresholds"), "after");
    int ptcFrom = first(golden, "ptc_from_step");
    int creAndUreFrom = first(golden, "cre_ure_from_step");
    int segAndRegFrom = golden.integer("seg_reg_from_step");
    return new MoreConfig(
        golden.number(weights, "attri"),
        golden.number(weights, "ptc"),
        golden.number(weights, "cre"),
        golden.number(weights, "ure"),
        golden.number(weights, "seg"),
        golden.number(weights, "reg"),
        ptcFrom,
        creAndUreFrom,
        creAndUreFrom,
        segAndRegFrom,
        segAndRegFrom,
        golden.number("attri_temperature"),
        golden.number("cre_temperature"),
        golden.number(golden.group("thresholds"), "cre_high"),
        golden.integer("masks_from_main_cam_from_step"),
        after.get(0),
        after.get(1));
  }

  /// A term without a first step starts with the first.
  private static int first(GoldenCase golden, String param) {
    return golden.params().has(param) ? golden.integer(param) : 0;
  }

  private static Tensor doubles(List<Double> values) {
    return LabelCases.doubles(values.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
