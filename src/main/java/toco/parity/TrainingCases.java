package toco.parity;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import toco.batch.Batch;
import toco.cam.RoiCrops;
import toco.config.Config;
import toco.config.OptimConfig;
import toco.distributed.GradientAveraging;
import toco.loss.LossTerm;
import toco.optim.ParamGroup;
import toco.recipe.PublishedOptimizer;
import toco.recipe.StepTile;
import toco.recipe.TrainStep;
import toco.recipe.toco.TocoLosses;
import toco.recipe.toco.TocoObjective;
import toco.recipe.toco.TocoRecipe;
import toco.torch.DType;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// The optimizers, and whole training steps.
final class TrainingCases {
  private TrainingCases() {}

  static Map<String, Tensor> optimizer(GoldenCase golden) {
    var base = golden.numbers("lr");
    if (base.size() != 2) {
      throw golden.lacks("a learning rate for each of w and z");
    }
    var config =
        Config.defaults()
            .with(
                "optim.kind=" + golden.text("optimizer"),
                "optim.weightDecay=" + golden.number("weight_decay"),
                "optim.betas=" + golden.numbers("betas"),
                "optim.power=" + golden.number("power"),
                "optim.minLrMultiplier=" + golden.number("min_mult", 0),
                "train.maxIters=" + golden.integer("max_iters"),
                "train.warmupIters=" + golden.integer("warmup_iters"),
                "train.warmupRatio=" + golden.number("warmup_ratio"));
    var w = golden.in("w").clone().requiresGrad_(true);
    var z = golden.in("z").clone().requiresGrad_(true);
    var groups =
        List.of(
            ParamGroup.of("w", base.get(0), Map.of("w", w)),
            ParamGroup.of("z", base.get(1), Map.of("z", z)));
    var steps = golden.in("grad_w").size(0);
    var ws = new ArrayList<Tensor>();
    var zs = new ArrayList<Tensor>();
    var rates = new ArrayList<Double>();
    try (var optimizer = PublishedOptimizer.of(groups, config)) {
      for (long step = 0; step < steps; step++) {
        optimizer.zeroGrad();
        w.mul(golden.in("grad_w").select(0, step)).sum().backward();
        if (step
            >= golden.number(
                "zero_grad_steps", 0)) { // before that no gradient at all: it must count as zero
          z.mul(golden.in("grad_z").select(0, step)).sum().backward();
        }
        rates.addAll(optimizer.learningRates().values());
        optimizer.step();
        ws.add(w.detach().clone());
        zs.add(z.detach().clone());
      }
    }
    var lr =
        LabelCases.doubles(rates.stream().mapToDouble(Double::doubleValue).toArray())
            .reshape(steps, 2);
    return Map.of("out.w", Tensor.stack(ws, 0), "out.z", Tensor.stack(zs, 0), "out.lr", lr);
  }

  static Map<String, Tensor> trajectory(GoldenCase golden, Path directory, Config micro) {
    var config = trajectoryConfig(golden, micro);
    try (var model = MicroNetwork.load(directory, config, golden.device());
        var optimizer =
            PublishedOptimizer.of(TocoRecipe.parameterGroups(model.params(), config), config)) {
      var objective =
          TocoObjective.of(model, config)
              .withCorners(batch ->
                  RoiCrops.fixed(golden.in("top_left").select(0, batch.step()).to(DType.INT64)));
      var step = new TrainStep(objective, optimizer, config, GradientAveraging.none());
      var series = new LinkedHashMap<String, List<Double>>();
      var flags = new ArrayList<Tensor>();
      long batches =
          golden.tensors().keySet().stream().filter(key -> key.startsWith("in.inputs_")).count();
      for (int iter = 0; iter < golden.integer("steps"); iter++) {
        record(
            series,
            "out.lr",
            optimizer.learningRates().values().iterator().next()); // the encoder's
        try (var scope = TensorScope.open()) {
          var batch = batch(golden, iter % Math.max(1, batches)).atStep(iter);
          var result = step.run(() -> batch, true);
          var losses = result.microBatches().getFirst().losses();
          for (var term : TocoLosses.of(config.loss()).terms()) {
            record(series, "out.loss_" + goldenName(term), losses.require(term).item());
          }
          record(series, "out.loss_total", result.total());
          var crops = requireNonNull(result.last()).tile(StepTile.Crops.class).crops();
          flags.add(scope.keep(crops.flags().clone()));
        }
      }
      var out = new HashMap<String, Tensor>();
      series.forEach((name, values) ->
          out.put(
              name,
              LabelCases.doubles(values.stream().mapToDouble(Double::doubleValue).toArray())));
      out.put("out.flags", Tensor.stack(flags, 0));
      model
          .params()
          .all()
          .forEach((name, weight) -> out.put("out.param_" + name, weight.detach().clone()));
      return out;
    }
  }

  private static String goldenName(LossTerm term) {
    return term.equals(TocoLosses.CLS_AUX) ? "cls_aux" : term.key();
  }

  private static void record(Map<String, List<Double>> series, String name, double value) {
    series.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
  }

  private static Batch batch(GoldenCase golden, long i) {
    var images = golden.in("inputs_" + i);
    var boxes = golden.boxes(images.size(0), images.size(2), images.size(3));
    var samples = java.util.stream.IntStream.range(0, boxes.size()).boxed().toList();
    return new Batch(
        images,
        golden.in("view2_" + i),
        golden.in("local_image_" + i),
        golden.in("cls_label"),
        LabelCases.rows(golden.in("cls_label")),
        boxes,
        samples,
        0,
        0);
  }

  private static Config trajectoryConfig(GoldenCase golden, Config micro) {
    var optimizer = golden.group("optimizer");
    var weights = golden.group("weights");
    var thresholds = golden.group("thresholds");
    int from = golden.integer("seg_reg_from_step");
    return micro.with(
        "optim.kind=" + OptimConfig.Kind.POLY_WARMUP_ADAMW,
        "optim.lr=" + golden.number(optimizer, "lr"),
        "optim.headLrMultiplier=" + golden.number(optimizer, "heads_lr_multiplier"),
        "optim.weightDecay=" + golden.number(optimizer, "weight_decay"),
        "optim.betas=" + golden.numbers(optimizer, "betas"),
        "optim.power=" + golden.number(optimizer, "power"),
        "train.warmupIters=" + (int) golden.number(optimizer, "warmup_iters"),
        "train.warmupRatio=" + golden.number(optimizer, "warmup_ratio"),
        "train.maxIters=" + (int) golden.number(optimizer, "max_iters"),
        "train.localCrops=" + (golden.integer("num_crops") - 2),
        "train.localCropSizePx=" + golden.integer("local_crop"),
        "loss.ptcWeight=" + golden.number(weights, "ptc"),
        "loss.ctcWeight=" + golden.number(weights, "ctc"),
        "loss.segWeight=" + golden.number(weights, "seg"),
        "loss.regWeight=" + golden.number(weights, "reg"),
        "loss.segStartIter=" + from,
        "loss.regStartIter=" + from,
        "loss.ctcTemperature=" + golden.number("temperature"),
        "cam.highThreshold=" + golden.number(thresholds, "high"),
        "cam.lowThreshold=" + golden.number(thresholds, "low"),
        "cam.backgroundThreshold=" + golden.number(thresholds, "background"),
        "cam.scales=" + golden.numbers("scales"),
        "model.teacherMomentum=" + golden.number("teacher_momentum"));
  }
}
