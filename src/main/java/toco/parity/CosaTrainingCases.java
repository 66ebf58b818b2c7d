package toco.parity;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import toco.batch.Batch;
import toco.config.Config;
import toco.recipe.PublishedOptimizer;
import toco.recipe.StepTile;
import toco.recipe.TrainStep;
import toco.recipe.cosa.CosaNetworks;
import toco.recipe.cosa.CosaObjective;
import toco.torch.GradMode;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// The update of CoSA's teacher, and whole training steps.
final class CosaTrainingCases {
  private static final long IGNORED = 255;

  private final GoldenCase golden;
  private final CosaNetworks networks;
  private final Config config;

  private CosaTrainingCases(GoldenCase golden, CosaNetworks networks, Config micro) {
    this.golden = golden;
    this.networks = networks;
    var loss = golden.group("loss_weights");
    var thresholds = golden.group("thresholds");
    config =
        CosaOptimizerCases.config(golden, golden.group("optimizer"), micro)
            .with(
                "cam.scales=" + golden.numbers("scales"),
                "cam.highThreshold=" + golden.number(thresholds, "high"),
                "cam.lowThreshold=" + golden.number(thresholds, "low"),
                "cosa.auxHighThreshold=" + golden.number(thresholds, "high_aux"),
                "cosa.auxLowThreshold=" + golden.number(thresholds, "low_aux"),
                "cosa.temperature=" + golden.number("temperature"),
                "cosa.segWeight=" + golden.number(loss, "seg"),
                "cosa.camWeight=" + golden.number(loss, "cam"),
                "cosa.regWeight=" + golden.number(loss, "reg"),
                "cosa.denseStartIter=" + (golden.integer("terms_on_after_iteration") + 1),
                "cosa.teacherMomentum=" + golden.number("teacher_momentum"));
  }

  /// The teacher's update alone, of whole networks that hold the recorded weights.
  static Map<String, Tensor> ema(GoldenCase golden, CosaNetworks networks) {
    var online = networks.online().params().all();
    var teacher = networks.teacher().params().all();
    try (var _ = GradMode.noGrad()) {
      golden
          .tensors()
          .forEach((key, weight) -> {
            if (key.startsWith("in.online_")) {
              var _ = named(online, key.substring("in.online_".length())).copy_(weight);
            } else if (key.startsWith("in.teacher_")) {
              var _ = named(teacher, key.substring("in.teacher_".length())).copy_(weight);
            }
          });
    }
    networks.emaUpdate(golden.number("momentum"));
    return weights(golden, networks);
  }

  private static Tensor named(Map<String, Tensor> weights, String name) {
    var weight = weights.get(name);
    if (weight == null) {
      throw new IllegalArgumentException("the network has no weight " + name);
    }
    return weight;
  }

  /// The recorded weights of both networks.
  private static Map<String, Tensor> weights(GoldenCase golden, CosaNetworks networks) {
    var out = new HashMap<String, Tensor>();
    for (var key : golden.tensors().keySet()) {
      if (key.startsWith("out.online_")) {
        var name = key.substring("out.online_".length());
        out.put(key, named(networks.online().params().all(), name).detach().clone());
      } else if (key.startsWith("out.teacher_")) {
        var name = key.substring("out.teacher_".length());
        out.put(key, named(networks.teacher().params().all(), name).detach().clone());
      }
    }
    return out;
  }

  /// One step with all terms.
  static Map<String, Tensor> step(GoldenCase golden, CosaNetworks networks, Config micro) {
    var cases = new CosaTrainingCases(golden, networks, micro);
    var objective = cases.objective();
    var out = new HashMap<String, Tensor>();
    try (var optimizer = PublishedOptimizer.of(objective, cases.config)) {
      out.put("out.lr", doubles(optimizer.learningRates().values()));
      var batch = cases.batch(0, golden.integer("iteration"));
      var result = new TrainStep(objective, optimizer, cases.config).run(() -> batch, true);
      losses(result).forEach(out::put);
      var labels = labels(result);
      out.put("out.label", labels.get(0));
      out.put("out.label_aux", labels.get(1));
      for (var key : golden.tensors().keySet()) {
        if (key.startsWith("out.grad_")) {
          var weight = named(networks.online().params().all(), key.substring("out.grad_".length()));
          var gradient = weight.grad();
          out.put(key, gradient == null ? weight.detach().zerosLike() : gradient.clone());
        }
      }
    }
    out.putAll(weights(golden, networks));
    return out;
  }

  /// Steps over the iteration at which the dense terms start.
  static Map<String, Tensor> trajectory(GoldenCase golden, CosaNetworks networks, Config micro) {
    var cases = new CosaTrainingCases(golden, networks, micro);
    var objective = cases.objective();
    int steps = golden.integer("steps");
    var series = new LinkedHashMap<String, List<Double>>();
    var counts = new ArrayList<Tensor>();
    try (var optimizer = PublishedOptimizer.of(objective, cases.config)) {
      var step = new TrainStep(objective, optimizer, cases.config);
      for (int i = 0; i < steps; i++) {
        optimizer
            .learningRates()
            .values()
            .forEach(rate -> series.computeIfAbsent("out.lr", _ -> new ArrayList<>()).add(rate));
        try (var scope = TensorScope.open()) {
          var batch = cases.batch(i % cases.batches(), i);
          var result = step.run(() -> batch, true);
          losses(result)
              .forEach((name, loss) ->
                  series.computeIfAbsent(name, _ -> new ArrayList<>()).add(loss.item()));
          counts.add(
              scope.keep(Tensor.stack(labels(result).stream().map(cases::counts).toList(), 0)));
        }
      }
    }
    var out = new HashMap<>(weights(golden, networks));
    series.forEach((name, values) -> out.put(name, doubles(values)));
    out.put("out.lr", doubles(series.getOrDefault("out.lr", List.of())).reshape(steps, -1));
    out.put("out.label_counts", Tensor.stack(counts, 0));
    return out;
  }

  /// By their recorded names.
  private static Map<String, Tensor> losses(TrainStep.Result result) {
    var losses = new LinkedHashMap<String, Tensor>();
    var computed = result.microBatches().getFirst();
    computed
        .losses()
        .byTerm()
        .forEach((term, loss) -> losses.put("out.loss_" + recorded(term.key()), loss));
    losses.put("out.loss_total", computed.total());
    return losses;
  }

  /// From the main CAMs, then from the auxiliary ones.
  private static List<Tensor> labels(TrainStep.Result result) {
    return Objects.requireNonNull(result.last()).tiles().stream()
        .filter(StepTile.Labels.class::isInstance)
        .map(tile -> ((StepTile.Labels) tile).labels())
        .toList();
  }

  private CosaObjective objective() {
    return CosaObjective.of(networks, config);
  }

  private int batches() {
    return (int)
        golden.tensors().keySet().stream().filter(key -> key.startsWith("in.strong_")).count();
  }

  private Batch batch(int i, long iteration) {
    var strong = golden.in("strong_" + i);
    var weak = golden.in("weak_" + i);
    var labels = golden.in("cls_label_" + i);
    var boxes = golden.boxes("img_box_" + i, strong.size(0), strong.size(2), strong.size(3));
    var samples = IntStream.range(0, boxes.size()).boxed().toList();
    return new Batch(
        strong, weak, weak, labels, LabelCases.rows(labels), boxes, samples, iteration, 0);
  }

  /// How many pixels have each class, and last how many are ignored.
  private Tensor counts(Tensor labels) {
    int classes = config.model().numClasses();
    var counts = new long[classes + 1];
    for (long label : labels.toLongArray()) {
      counts[label == IGNORED ? classes : (int) label]++;
    }
    return Tensor.of(counts, counts.length);
  }

  private static String recorded(String term) {
    return term.equals("clsAux") ? "cls_aux" : term;
  }

  static Tensor doubles(Collection<Double> values) {
    return LabelCases.doubles(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  static Tolerance tolerance(GoldenCase golden, String tensor) {
    boolean isStep = golden.name().equals("cosa_step");
    if (tensor.startsWith("out.online_") || tensor.startsWith("out.teacher_")) {
      double most = 2 * golden.number(golden.group("optimizer"), "lr") * 10;
      return new Tolerance.Mostly(0.999, isStep ? 1e-4 : 5e-4, most);
    }
    if (tensor.startsWith("out.grad_")) {
      return new Tolerance.OfLargest(1e-3);
    }
    if (tensor.startsWith("out.loss_")) {
      return new Tolerance.Within(0, 5e-4);
    }
    return switch (tensor) {
      case "out.label", "out.label_aux" -> new Tolerance.Share(0.999, new Tolerance.Within(0, 0));
      case "out.label_counts" -> {
        var images = golden.in("strong_0");
        yield new Tolerance.Within(0.002 * images.size(0) * images.size(2) * images.size(3), 0);
      }
      default -> new Tolerance.Within(1e-12, 0); // learning rates
    };
  }
}
