package toco.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import toco.config.Config;
import toco.config.Overrides;

/// What a [Comparison] trains.
///
/// @param arms two or more; the first is what the others are compared with
/// @param seeds of the runs, each used for every arm
/// @param judgedBy the scores that the conclusions are about
/// @param remark what the reader has to know, printed after the conclusions
record ComparisonPlan(
    List<Arm> arms, List<Long> seeds, List<ComparedScore> judgedBy, List<String> remark) {
  ComparisonPlan {
    arms = List.copyOf(arms);
    seeds = List.copyOf(seeds);
    judgedBy = List.copyOf(judgedBy);
    remark = List.copyOf(remark);
  }

  /// Consecutive seeds.
  static List<Long> seeds(long first, int number) {
    if (number < 1) {
      throw new IllegalArgumentException("--seeds must be ≥ 1, got " + number);
    }
    return LongStream.range(first, first + number).boxed().toList();
  }

  int runs() {
    return arms.size() * seeds.size();
  }

  /// The folder of the runs: as the user names it, or the first of the numbered default folders
  /// that is free or holds runs of this plan.
  ///
  /// @throws IllegalArgumentException if the named folder holds anything else
  Path folder(DemoOptions options, Path usual) {
    if (!options.settings().has("run.dir")) {
      return DemoOptions.first(usual, candidate -> problem(candidate).isEmpty());
    }
    var named = arms.getFirst().config().run().dir();
    problem(named)
        .ifPresent(problem -> {
          throw new IllegalArgumentException(
              "%s %s, and nothing is overwritten; name another folder with --dir"
                  .formatted(named, problem));
        });
    return named;
  }

  /// Why the plan cannot be carried out, or continued, in a folder.
  private Optional<String> problem(Path dir) {
    if (!DemoOptions.holdsFiles(dir)) {
      return Optional.empty();
    }
    if (!Files.isDirectory(dir)) {
      return Optional.of("is a file");
    }
    boolean holdsRuns = false;
    try (var entries = Files.newDirectoryStream(dir)) {
      for (var entry : entries) {
        for (var arm : arms) {
          var name = arm.runNames().matcher(entry.getFileName().toString());
          if (name.matches() && Files.exists(entry.resolve("config.yaml"))) {
            holdsRuns = true;
            var wanted = arm.config(dir, Long.parseLong(name.group(1)));
            var difference = difference(entry.resolve("config.yaml"), wanted);
            if (difference.isPresent()) {
              return difference;
            }
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return holdsRuns ? Optional.empty() : Optional.of("holds other files");
  }

  private static Optional<String> difference(Path file, Config wanted) {
    var saved = Config.load(file, Overrides.of("run.dir", wanted.run().dir()));
    return saved.differencesFrom(wanted).stream()
        .findFirst()
        .map(it ->
            "holds a comparison with %s %s, not %s".formatted(it.key(), it.value(), it.other()));
  }
}
