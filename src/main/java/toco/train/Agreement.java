package toco.train;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import toco.config.Config;
import toco.data.Dataset;
import toco.distributed.DistributedException;
import toco.distributed.World;
import toco.files.Sha256;

/// Checks that all processes of a run have the same configuration and data before they train.
final class Agreement {
  /// Keys that may differ between hosts.
  private static final Set<String> OF_THE_HOST =
      Set.of("data.root", "data.workers", "run.dir", "train.threads", "model.pretrained");

  private Agreement() {}

  /// Compares configurations.
  ///
  /// @throws DistributedException naming the first key that differs from rank 0's
  static void onConfig(World world, Config config) {
    var theirs =
        Config.parse(
            world.broadcastString("config", config::toYaml),
            "the configuration of rank 0",
            List.of());
    config.differencesFrom(theirs).stream()
        .filter(difference -> !OF_THE_HOST.contains(difference.key()))
        .findFirst()
        .ifPresent(difference -> {
          throw new DistributedException(
              "%s is %s here, but %s in rank 0; give all processes the same configuration"
                  .formatted(difference.key(), difference.value(), difference.other()));
        });
  }

  /// Compares the names and labels of training images.
  ///
  /// @throws DistributedException if they differ from rank 0's
  static void onSamples(World world, Dataset train) {
    var mine = "%s images, SHA-256 %s".formatted(train.size(), digest(train));
    var theirs = world.broadcastString("samples", () -> mine);
    if (!mine.equals(theirs)) {
      throw new DistributedException(
          ("the training list or its labels differ between processes: %s here, %s in rank 0;"
                  + " give all hosts the same files")
              .formatted(mine, theirs));
    }
  }

  private static String digest(Dataset train) {
    var lines =
        IntStream.range(0, train.size())
            .mapToObj(train::name)
            .map(name -> name + Arrays.toString(train.labels().multiHot(name)))
            .toList();
    return Sha256.ofLines(lines).substring(0, 16);
  }
}
