package toco.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import toco.prepare.Preparation;
import toco.prepare.PrepareOptions;

@Command(
    name = "prepare",
    header = "Makes VOC 2012 or COCO 2014 ready for training, from their published archives.",
    description = {
      "Downloads the archives, or takes them from --from, and verifies them. Unpacks the images of"
          + " the published lists, makes these lists, the labels from the annotations, and the"
          + " masks: for VOC its own and those of SBD, for COCO from its polygons.",
      "The same command resumes an interrupted run. What was unpacked by hand is used as it is."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco data prepare voc2012 --root VOCdevkit/VOC2012",
      "  toco data prepare voc2012 --root VOCdevkit/VOC2012 --from ~/Downloads",
      "  toco data prepare coco2014 --root coco2014 --from https://mirror.example/coco/ \\",
      "    --remove-archives"
    })
final class DataPrepareCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "DATASET", description = "${COMPLETION-CANDIDATES}.")
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  Preparation dataset;

  @Option(
      names = "--root",
      required = true,
      paramLabel = "DIR",
      description = "The data set's folder, data.root. Archives are downloaded to DIR/archives.")
  @SuppressWarnings("NullAway.Init")
  Path root;

  @Option(
      names = "--from",
      paramLabel = "DIR|URL",
      description =
          "Folder with the archives or with what was unpacked from them, or a web server's folder"
              + " with the archives (default: the publishers' servers).")
  @Nullable String from;

  @Option(
      names = "--no-sbd",
      description = "VOC: without SBD's archive, and therefore without the list train_aug.")
  boolean noSbd;

  @Option(names = "--remove-archives", description = "Delete downloaded archives in the end.")
  boolean removeArchives;

  @Option(
      names = "--allow-differences",
      description = "Continue even if archives or lists differ from the published ones.")
  boolean allowDifferences;

  DataPrepareCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    var progress = console.progress();
    var options = new PrepareOptions(root, from, !noSbd, removeArchives, allowDifferences);
    var prepared = dataset.run(options, progress);
    progress.clear();
    console.print(prepared.text());
    return ExitStatus.SUCCESS;
  }
}
