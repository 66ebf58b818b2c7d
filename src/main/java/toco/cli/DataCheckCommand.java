package toco.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import toco.config.Config;
import toco.data.DataCheck;
import toco.data.DataException;

@Command(
    name = "check",
    header = "Looks at a data set's lists, labels, images and masks before a training does.",
    description = {
      "Reads every image with data.workers threads, and the masks of the splits that are evaluated."
          + " Prints, split by split, how many images show each class, their sizes, and all that is"
          + " missing, unreadable or odd, not only the first.",
      "Warnings leave the exit status 0; it is 1 if a training would fail.",
      "With --json, one object: usable, root, layout, classNames, fast and splits, each with split,"
          + " source, images, masks, imagesPerClass, imagesWithoutClass, sizes and findings."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco data check configs/own_data.yaml",
      "  toco data check configs/voc_deit_b.yaml --set data.root=VOCdevkit/VOC2012 --fast --json"
    })
final class DataCheckCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "CONFIG", description = "YAML file that describes the data.")
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  Path config;

  @Mixin SetOption set = new SetOption();

  @Option(
      names = "--fast",
      description = "Read the images' headers only: their sizes, not whether they are intact.")
  boolean fast;

  @Option(names = "--json", description = "Print one JSON object in place of the report.")
  boolean json;

  DataCheckCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    var loaded = Config.load(config, set.overrides());
    var progress = console.progress();
    var report =
        DataCheck.run(
            loaded,
            fast,
            (split, done, total) -> progress.onProgress("reading " + split, done, total));
    progress.clear();
    if (json) {
      console.printJson(report.toJson());
    } else {
      console.print(report.text());
    }
    if (!report.usable()) {
      throw new DataException(
          "a training on %s would fail: mend the errors above (%d), and check again"
              .formatted(loaded.data().root(), report.errors()));
    }
    return ExitStatus.SUCCESS;
  }
}
