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
    header = "Checks a data set's lists, labels, images and masks before training.",
    description = {
      "Reads every image with data.workers threads, and the masks of the evaluated splits. For each"
          + " split it prints how many images show each class, the image sizes, and everything that"
          + " is missing, unreadable or suspicious, not only the first problem.",
      "With warnings the exit status is 0; it is 1 if a training would fail.",
      "With --json, one object: usable, root, layout, classNames, fast and splits, each with split,"
          + " source, images, masks, maskLabels, imagesPerClass, imagesWithoutClass, sizes,"
          + " findings and, if there are some, hints and boxes."
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
      description =
          "Read only the headers of the images: checks their sizes, not whether they can be"
              + " decoded.")
  boolean fast;

  @Option(names = "--json", description = "Print one JSON object instead of the report.")
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
          "a training on %s would fail: fix the errors above (%s) and check again"
              .formatted(loaded.data().root(), report.errors()));
    }
    return ExitStatus.SUCCESS;
  }
}
