package toco.demo;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import toco.bench.RecipeBench;
import toco.config.Config;
import toco.config.RecipeName;

/// Compares the recipes on the `lively` shapes: see [Comparison].
public final class RecipeComparison {
  private static final String USUAL_DIR = "compare-recipes";
  private static final String REMARK =
      "these are small networks, trained from scratch on drawn shapes; photographs may rank the"
          + " methods differently";

  private final List<Config> configs;
  private final int seeds;
  private final ComparisonListener listener;
  private @Nullable StepBudget measured;

  private RecipeComparison(DemoOptions options, int seeds, ComparisonListener listener) {
    this.seeds = seeds;
    this.listener = listener;
    configs = new ArrayList<>();
    for (var recipe : RecipeName.values()) {
      configs.add(options.of(recipe).with(Comparison.SHORT).load(Comparison.CONFIG));
    }
  }

  /// Trains what is not trained yet, all recipes for the same number of steps, and writes the
  /// results.
  ///
  /// @param seeds number of seeds, from that of the options or else of the configuration
  /// @return empty if a training was stopped
  public static Optional<ComparisonResult> run(
      DemoOptions options, int seeds, ComparisonListener listener, TrainingRun training) {
    var comparison = new RecipeComparison(options, seeds, listener);
    var plan = comparison.plan(comparison.configs);
    var dir = ComparisonPlan.folder(options, Path.of("runs", USUAL_DIR), _ -> plan);
    return Comparison.run(plan, dir, listener, training);
  }

  /// The same with as many steps of each recipe as take the same time.
  ///
  /// @param seconds of training in each run
  public static Optional<ComparisonResult> run(
      DemoOptions options,
      int seeds,
      int seconds,
      ComparisonListener listener,
      TrainingRun training) {
    var comparison = new RecipeComparison(options, seeds, listener);
    var usual = Path.of("runs", "%s-%ss".formatted(USUAL_DIR, seconds));
    var dir =
        ComparisonPlan.folder(
            options, usual, it -> comparison.plan(comparison.budget(it, seconds)));
    var budget = comparison.budget(dir, seconds);
    budget.write(dir);
    return Comparison.run(comparison.plan(budget), dir, listener, training);
  }

  private ComparisonPlan plan(StepBudget budget) {
    return plan(
        configs.stream()
            .map(it -> RunLength.stretched(it, requireNonNull(budget.steps().get(name(it)))))
            .toList());
  }

  private ComparisonPlan plan(List<Config> ofRecipes) {
    var arms = ofRecipes.stream().map(it -> new Arm(name(it), name(it), name(it), it)).toList();
    long first = ofRecipes.getFirst().run().seed();
    return new ComparisonPlan(
        arms, ComparisonPlan.seeds(first, seeds), List.of(ComparedScore.SEG_MIOU), List.of(REMARK));
  }

  /// That of the folder, or else the one that is measured now.
  private StepBudget budget(Path dir, int seconds) {
    var its = StepBudget.in(dir, seconds);
    if (its.isPresent()) {
      return its.get();
    }
    if (measured == null) {
      listener.onMessage("measuring the steps of the recipes");
      var perStep = RecipeBench.meanStepSeconds(configs);
      var steps = new LinkedHashMap<String, Integer>();
      for (int i = 0; i < configs.size(); i++) {
        int number = (int) Math.max(1, Math.round(seconds / perStep.get(i)));
        steps.put(name(configs.get(i)), number);
      }
      measured = new StepBudget(seconds, steps);
    }
    return measured;
  }

  private static String name(Config config) {
    return config.recipe().toString();
  }
}
