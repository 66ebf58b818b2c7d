package toco.demo;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import toco.config.Overrides;

/// Compares ToCo with and without its two token contrasts, on the `lively` shapes: see
/// [Comparison].
public final class ContrastComparison {
  private static final Path USUAL_DIR = Path.of("runs", "compare");

  private ContrastComparison() {}

  /// Trains what is not trained yet, and writes the results.
  ///
  /// @param seeds number of seeds, from that of the options or else of the configuration
  /// @return empty if a training was stopped
  public static Optional<ComparisonResult> run(
      DemoOptions options, int seeds, ComparisonListener listener, TrainingRun training) {
    var config = options.with(Comparison.SHORT).load(Comparison.CONFIG);
    var without = config.with(Overrides.of("loss.ptcWeight", 0).plus("loss.ctcWeight", 0));
    var plan =
        new ComparisonPlan(
            List.of(
                new Arm("withContrast", "with", "with-contrast", config),
                new Arm("withoutContrast", "without", "without-contrast", without)),
            ComparisonPlan.seeds(config.run().seed(), seeds),
            List.of(ComparedScore.CAM_MIOU, ComparedScore.SEG_MIOU),
            List.of());
    return Comparison.run(plan, plan.folder(options, USUAL_DIR), listener, training);
  }
}
