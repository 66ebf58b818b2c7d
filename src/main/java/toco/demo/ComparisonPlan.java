package toco.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.LongStream;
import toco.config.Config;
import toco.config.Overrides;
import toco.files.UserPath;

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
  /// @param planIn what would be trained in a folder
  /// @throws IllegalArgumentException if the named folder holds anything else
  static Path folder(DemoOptions options, Path usual, Function<Path, ComparisonPlan> planIn) {
    var named = options.settings().last("run.dir");
    if (named.isEmpty()) {
      return DemoOptions.first(usual, it -> planIn.apply(it).problem(it).isEmpty());
    }
    var dir = UserPath.of(named.get());
    planIn
        .apply(dir)
        .problem(dir)
        .ifPresent(problem -> {
          throw new IllegalArgumentException(
              "%s %s, and nothing is overwritten; name another folder with --dir"
                  .formatted(dir, problem));
        });
    return dir;
  }

  /// Why the plan cannot be carried out, or continued, in a folder.
  private Optional<String> problem(Path dir) {
    if (!DemoOptions.holdsFiles(dir)) {
      return Optional.empty();
    }
    if (!Files.isDirectory(dir)) {
      return Optional.of("is a file");
    }
    boolean isOwn = Files.exists(dir.resolve(StepBudget.FILE));
    try (var entries = Files.newDirectoryStream(dir)) {
      for (var entry : entries) {
        for (var arm : arms) {
          var name = arm.runNames().matcher(entry.getFileName().toString());
          var file = entry.resolve("config.yaml");
          if (name.matches() && Files.exists(file)) {
            isOwn = true;
            var wanted = arm.config(dir, Long.parseLong(name.group(1)));
            var difference = difference(file, wanted);
            if (difference.isPresent()) {
              return difference;
            }
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return isOwn ? Optional.empty() : Optional.of("holds other files");
  }

  private static Optional<String> difference(Path file, Config wanted) {
    var saved = Config.load(file, Overrides.of("run.dir", wanted.run().dir()));
    return saved.differencesFrom(wanted).stream()
        .findFirst()
        .map(it ->
            "holds a comparison with %s %s, not %s".formatted(it.key(), it.value(), it.other()));
  }
}
