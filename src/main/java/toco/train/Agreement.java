package toco.train;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import toco.config.Config;
import toco.data.Dataset;
import toco.distributed.DistributedException;
import toco.distributed.World;

/// What all processes of a run must have alike before they train together.
final class Agreement {
  /// Keys that are each host's own affair.
  private static final Set<String> OF_THE_HOST =
      Set.of("data.root", "data.workers", "run.dir", "train.threads", "model.pretrained");

  private Agreement() {}

  /// Compares configurations.
  ///
  /// @throws DistributedException naming the first key that differs from the first process's
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
  /// @throws DistributedException if they differ from the first process's
  static void onSamples(World world, Dataset train) {
    var mine = "%d images, SHA-256 %s".formatted(train.size(), digest(train));
    var theirs = world.broadcastString("samples", () -> mine);
    if (!mine.equals(theirs)) {
      throw new DistributedException(
          ("the training list or its labels differ between processes: %s here, %s in rank "
                  + "0; give all hosts the same files")
              .formatted(mine, theirs));
    }
  }

  private static String digest(Dataset train) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      for (int i = 0; i < train.size(); i++) {
        var labels = Arrays.toString(train.labels().multiHot(train.name(i)));
        digest.update((train.name(i) + labels + "\n").getBytes(StandardCharsets.UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}
