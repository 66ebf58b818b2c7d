package toco.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import toco.config.Overrides;

/// The option `--set`, which changes keys of the configuration.
final class SetOption {
  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Set a key of the configuration, such as train.maxIters=100. Repeatable.")
  private List<String> texts = new ArrayList<>();

  /// The parsed changes.
  ///
  /// @throws toco.config.ConfigException if one is not of the form KEY=VALUE
  Overrides overrides() {
    return Overrides.parse(texts);
  }
}
