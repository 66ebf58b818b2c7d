package toco.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import toco.checkpoint.CheckpointNetworks;
import toco.checkpoint.StateDict;

/// The option that chooses one of the networks in a checkpoint.
final class NetworkOption {
  @Option(
      names = "--network",
      paramLabel = "NAME",
      description =
          "The network of a checkpoint of a recipe with several: trained, or another that toco"
              + " checkpoint inspect lists, such as teacher (default: the one that is evaluated).")
  @Nullable String network;

  /// The weights of that network, or of a file that is no checkpoint.
  StateDict load(Path file) {
    return CheckpointNetworks.load(file, network);
  }
}
