package toco.data;

import java.nio.file.Files;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import toco.config.Config;
import toco.config.Layout;
import toco.config.Split;

/// Opens the data set that a configuration names.
public final class Datasets {
  private Datasets() {}

  /// Opens a split; a synthetic set is generated first where it does not exist yet.
  ///
  /// @throws DataException naming the file or list line that is missing or wrong
  public static Dataset open(Config config, Split split) {
    return Dataset.open(config.data(), split);
  }

  /// Whether a split's list is there, or will be made with a synthetic set.
  public static boolean hasList(Config config, Split split) {
    var data = config.data();
    return data.hasList(split)
        && (data.layout() == Layout.SYNTHETIC || Files.exists(data.listPath(split)));
  }

  /// Opens the split that training evaluates on. Training itself needs no masks: without a list, or
  /// without any mask, there is no evaluation, and `told` hears why.
  ///
  /// @throws DataException if some images have masks and others not
  public static Optional<Dataset> openForEvaluation(Config config, Consumer<String> told) {
    var split = config.eval().split();
    var data = config.data();
    if (!data.hasList(split)) {
      told.accept("no evaluation: data.%sList names no list".formatted(split));
      return Optional.empty();
    }
    if (data.layout() != Layout.SYNTHETIC && !Files.exists(data.listPath(split))) {
      told.accept("no evaluation: there is no list " + data.listPath(split));
      return Optional.empty();
    }
    var dataset = open(config, split);
    if (IntStream.range(0, dataset.size()).noneMatch(i -> dataset.maskPath(i).isPresent())) {
      told.accept("no evaluation: there are no masks in " + data.maskPath());
      return Optional.empty();
    }
    dataset.requireMasks();
    return Optional.of(dataset);
  }
}
