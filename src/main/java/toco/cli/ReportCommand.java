package toco.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import toco.report.RunReport;

@Command(
    name = "report",
    header = "Shows a run on one web page: curves, scores, images, surroundings.",
    description = {
      "Writes one HTML file that needs nothing beside it: losses with their schedules, scores over"
          + " training and by class, the confusion matrix, images with CAMs, pseudo-labels and"
          + " predictions, how alike patch tokens have grown, speed, memory, settings and machine.",
      "A run that is still going on is shown as far as it has come. What cannot be shown, such as"
          + " scores of a run without masks, is left out, and the page says so."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco report runs/demo",
      "  toco report runs/voc_deit_b --images 48 --checkpoint best --out voc.html",
      "  toco report runs/voc_deit_b --set data.root=/elsewhere/VOC2012 --set train.device=cpu"
    })
final class ReportCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "RUN", description = "Folder of the run.")
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  Path run;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "File to write; an older one is replaced (default: RUN/report.html).")
  @Nullable Path out;

  @Option(
      names = "--checkpoint",
      paramLabel = "C",
      defaultValue = "last",
      description =
          "Weights that are shown at work: last, best (of those that the run keeps) or a file"
              + " (default: last).")
  @SuppressWarnings("NullAway.Init")
  String checkpoint;

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "16",
      description =
          "How many images of the evaluated list to show, evenly over it; 0 loads no network"
              + " (default: 16).")
  int images;

  @Mixin SetOption set = new SetOption();

  ReportCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    var progress = console.progress();
    var options = new RunReport.Options(run, out, checkpoint, images, set.overrides());
    var result =
        RunReport.write(options, (done, total) -> progress.onProgress("image", done, total));
    progress.clear();
    result.notes().forEach(progress::onMessage);
    console.print("wrote %s: %d images\n".formatted(result.page(), result.images()));
    return ExitStatus.SUCCESS;
  }
}
