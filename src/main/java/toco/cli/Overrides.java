package toco.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/// The option by which a command line changes keys of the configuration.
final class Overrides {
  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Set a key of the configuration, such as train.maxIters=100. Repeatable.")
  List<String> keys = new ArrayList<>();
}
