package toco.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import toco.files.ResultFolder;
import toco.report.RunReport;

@Command(
    name = "report",
    header = "Shows a run on one web page: curves, scores, images, environment.",
    description = {
      "Writes one self-contained HTML file: losses with their schedules, scores over training and"
          + " by class, the confusion matrix, images with CAMs, pseudo-labels and predictions,"
          + " similarity of patch tokens (over-smoothing), speed, memory, settings and machine.",
      "A run that is still training is shown up to its latest step. What cannot be shown, such as"
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
      description = "File to write; an existing one is replaced (default: RUN/report.html).")
  @Nullable Path out;

  @Option(
      names = "--checkpoint",
      paramLabel = "C",
      defaultValue = "last",
      description =
          "Weights for the images: last, best (of those that the run has kept) or a file (default:"
              + " last).")
  @SuppressWarnings("NullAway.Init")
  String checkpoint;

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "16",
      description =
          "Number of images to show, evenly spaced in the evaluated list; with 0 no network is"
              + " loaded (default: 16).")
  int images;

  @Mixin SetOption set = new SetOption();

  ReportCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    ResultFolder.requireFile(out == null ? run.resolve("report.html") : out);
    var progress = console.progress();
    var options = new RunReport.Options(run, out, checkpoint, images, set.overrides());
    var result =
        RunReport.write(options, (done, total) -> progress.onProgress("image", done, total));
    progress.clear();
    result.notes().forEach(progress::onMessage);
    console.print("wrote %s: %s images\n".formatted(result.page(), result.images()));
    return ExitStatus.SUCCESS;
  }
}
