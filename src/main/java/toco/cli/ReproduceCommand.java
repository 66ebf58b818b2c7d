package toco.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import toco.data.DataException;
import toco.reproduce.PublishedRecipe;
import toco.reproduce.ReproduceOptions;
import toco.reproduce.Reproduction;

@Command(
    name = "reproduce",
    header = "Reproduces a published run and compares the results.",
    description = {
      "Checks lists, images, masks, weights and disk, and reports everything that is wrong."
          + " Measures 20 steps of each phase and estimates the time and memory of the run. Then"
          + " trains, evaluates by every protocol, and prints a table of our results and the"
          + " published ones, and which losses depart from the published log.",
      "The same command resumes an interrupted run; nothing is computed twice. Writes reproduce.md"
          + " and reproduce.json into the run's folder, and prints the latter with --json."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco reproduce voc-deit-b --dry-run",
      "  toco reproduce voc-deit-b --prepare",
      "  toco reproduce voc-deit-b --data VOCdevkit/VOC2012 --check-only \\",
      "    --weights deit_base_patch16_224-b5f2ef4d.pth",
      "  toco reproduce voc-more --prepare",
      "  toco reproduce coco-vit-b --data coco2014 --weights jx_vit_base_p16_224-80ecf9dd.pth"
    })
final class ReproduceCommand implements Callable<Integer> {
  private final Console console;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  @Parameters(
      paramLabel = "RECIPE",
      description =
          "${COMPLETION-CANDIDATES}: data set, and ToCo's encoder or another method (with ViT-B),"
              + " of the published run.")
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  PublishedRecipe recipe;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The data set's folder (default: data.root of the recipe's configuration).")
  @Nullable Path data;

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description =
          "The encoder's ImageNet weights (default: model.pretrained of the recipe's"
              + " configuration).")
  @Nullable Path weights;

  @Option(
      names = "--run-dir",
      paramLabel = "DIR",
      description = "Folder of the run (default: runs/reproduce-RECIPE).")
  @Nullable Path runDir;

  @Mixin SetOption set = new SetOption();

  @Option(
      names = "--dry-run",
      description = "Run all stages with a small network on synthetic shapes, in a minute or two.")
  boolean dryRun;

  @Option(
      names = "--prepare",
      description =
          "First download and make what is missing: the data set (as toco data prepare) and the"
              + " weights (as toco weights get).")
  boolean prepare;

  @Option(names = "--check-only", description = "Stop after the checks and the measurement.")
  boolean checkOnly;

  @Option(
      names = "--allow-differences",
      description = "Continue even if lists differ from the published ones.")
  boolean allowDifferences;

  @Option(names = "--json", description = "Print one JSON object; tables go to stderr.")
  boolean json;

  ReproduceCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    var progress = console.progress();
    var watcher =
        new Reproduction.Watcher(
            progress,
            (split, done, total) -> progress.onProgress("reading " + split, done, total),
            text -> show(text, progress));
    var options = prepare ? Reproduction.prepare(options(), progress) : options();
    var result =
        Reproduction.run(options, watcher, trainer -> console.stop().run(trainer, progress));
    progress.clear();
    if (json && result.end() != Reproduction.End.STOPPED) {
      console.printJson(result.toJson());
    }
    result.files().forEach(file -> progress.onMessage("wrote " + file));
    return switch (result.end()) {
      case REFUSED -> throw new DataException(result.checks().refusal());
      case STOPPED -> {
        progress.onMessage("or resume the whole reproduction with the same toco reproduce command");
        yield ExitStatus.STOPPED;
      }
      case CHECKED -> ExitStatus.SUCCESS;
      case COMPARED -> result.skipped() == 0 ? ExitStatus.SUCCESS : ExitStatus.SKIPPED;
    };
  }

  private ReproduceOptions options() {
    var overrides = set.overrides();
    try {
      return new ReproduceOptions(
          recipe,
          DemoCommand.configs(),
          data,
          weights,
          runDir,
          overrides,
          dryRun,
          checkOnly,
          allowDifferences);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
    }
  }

  private void show(String text, ProgressReport progress) {
    progress.clear();
    if (json) {
      progress.onMessage(text.stripTrailing());
    } else {
      console.print(text);
    }
  }
}
