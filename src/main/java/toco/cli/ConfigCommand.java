package toco.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import toco.config.Config;

@Command(
    name = "config",
    header = "Prints the effective configuration, or lists all keys.",
    description = {
      "Prints all keys with their values as YAML: those of CONFIG, and defaults for the others. The"
          + " defaults are the published VOC recipe with DeiT-B."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco config --describe",
      "  toco config configs/demo.yaml --set train.maxIters=100"
    })
final class ConfigCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(arity = "0..1", paramLabel = "CONFIG", description = "YAML file.")
  @Nullable Path config;

  @Mixin SetOption set = new SetOption();

  @Option(
      names = "--describe",
      description = "List all keys with their defaults and the type of their values.")
  boolean describe;

  @Option(names = "--json", description = "Print the configuration as one JSON object.")
  boolean json;

  ConfigCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (describe) {
      console.print(Config.describe());
      return ExitStatus.SUCCESS;
    }
    var loaded =
        config == null
            ? Config.parse("", "defaults", set.overrides())
            : Config.load(config, set.overrides());
    console.print(json ? loaded.toJson() + "\n" : loaded.toYaml());
    return ExitStatus.SUCCESS;
  }
}
