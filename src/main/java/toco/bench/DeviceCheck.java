package toco.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import toco.files.ResultFolder;

/// Runs the sections of a check within a time, one after the other. A section gets its share of the
/// time that is left, by its weight; what it does not use is left to those after it.
public final class DeviceCheck {
  private static final double RESERVE_SECONDS = 5; // to end a section that is cut, and to print

  private DeviceCheck() {}

  /// What was found.
  ///
  /// @param card the GPU's name; null if it is not known, or of the CPU
  /// @param cut sections that ran over their time, and those that there was none left for
  /// @param failed sections with a failure, such as a test that failed
  public record Result(
      @Nullable String card,
      String device,
      String libtorch,
      String java,
      String processor,
      int cores,
      double seconds,
      double limitSeconds,
      List<String> cut,
      List<String> failed,
      List<CheckSection.Outcome> sections) {}

  /// What the results hold for.
  public record Place(
      @Nullable String card, String device, String libtorch, String processor, int cores) {}

  /// Runs all sections.
  ///
  /// @param seconds the most that all of them take, at least 10
  /// @param folder for what their programs print
  /// @param progress receives a line as each section begins and ends, and each row
  public static Result run(
      Place place,
      List<CheckSection> sections,
      double seconds,
      Path folder,
      Consumer<String> progress) {
    if (!(seconds >= 2 * RESERVE_SECONDS)) {
      throw new IllegalArgumentException(
          "--seconds must be ≥ %s, got %s".formatted(2 * RESERVE_SECONDS, seconds));
    }
    ResultFolder.create(folder);
    long started = System.nanoTime();
    var outcomes = new ArrayList<CheckSection.Outcome>();
    for (int i = 0; i < sections.size(); i++) {
      var section = sections.get(i);
      double weights =
          sections.subList(i, sections.size()).stream().mapToDouble(CheckSection::weight).sum();
      double left = seconds - RESERVE_SECONDS - secondsSince(started);
      double limit = Math.max(0, left * section.weight() / weights);
      progress.accept(String.format(Locale.ROOT, "%s, at most %.0f s", section.name(), limit));
      var outcome = section.run(limit, folder, row -> progress.accept(section.name() + " " + row));
      progress.accept(
          String.format(
              Locale.ROOT,
              "%s %s in %.0f s%s",
              section.name(),
              outcome.status(),
              outcome.seconds(),
              outcome.note().isEmpty() ? "" : ": " + outcome.note()));
      outcomes.add(outcome);
    }
    return new Result(
        place.card(),
        place.device(),
        place.libtorch(),
        Runtime.version().toString(),
        place.processor(),
        place.cores(),
        secondsSince(started),
        seconds,
        named(outcomes, CheckSection.Status.CUT),
        named(outcomes, CheckSection.Status.FAILED),
        List.copyOf(outcomes));
  }

  private static double secondsSince(long started) {
    return (System.nanoTime() - started) * 1e-9;
  }

  private static List<String> named(
      List<CheckSection.Outcome> outcomes, CheckSection.Status status) {
    return outcomes.stream()
        .filter(outcome -> outcome.status() == status)
        .map(CheckSection.Outcome::name)
        .toList();
  }
}
