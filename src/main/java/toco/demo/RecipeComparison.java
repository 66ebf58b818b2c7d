package toco.demo;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import toco.config.RecipeName;

/// Compares the recipes on the `lively` shapes: see [Comparison].
public final class RecipeComparison {
  private static final Path USUAL_DIR = Path.of("runs", "compare-recipes");
  private static final String REMARK =
      "these are small networks, trained from scratch on drawn shapes; photographs may rank the"
          + " methods differently";

  private RecipeComparison() {}

  /// Trains what is not trained yet, and writes the results.
  ///
  /// @param seeds number of seeds, from that of the options or else of the configuration
  /// @return empty if a training was stopped
  public static Optional<ComparisonResult> run(
      DemoOptions options, int seeds, ComparisonListener listener, TrainingRun training) {
    var arms = new ArrayList<Arm>();
    for (var recipe : RecipeName.values()) {
      var config = options.of(recipe).with(Comparison.SHORT).load(Comparison.CONFIG);
      var name = recipe.toString();
      arms.add(new Arm(name, name, name, config));
    }
    long first = arms.getFirst().config().run().seed();
    var plan =
        new ComparisonPlan(
            arms,
            ComparisonPlan.seeds(first, seeds),
            List.of(ComparedScore.SEG_MIOU),
            List.of(REMARK));
    return Comparison.run(plan, plan.folder(options, USUAL_DIR), listener, training);
  }
}
