package toco.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import toco.config.Config;
import toco.data.DataException;
import toco.files.ResultFolder;
import toco.preview.DataPreview;

@Command(
    name = "preview",
    header = "Shows training samples as the network sees them, on a web page.",
    description = {
      "Writes DIR/index.html and its pictures: the first samples of an epoch with their original"
          + " image and labels and the views of the recipe: ToCo's view 1 with its image box, local"
          + " view with its local crops, and view 2; CoSA's strong and weak view; MoRe's only one."
          + " The same options give the same page.",
      "An image that cannot be read is marked, and the exit status is then 1."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco data preview configs/voc_deit_b.yaml --out preview --set data.root=/data/VOC2012",
      "  toco data preview runs/demo/config.yaml --out preview --epoch 3 --force \\",
      "    --checkpoint runs/demo/checkpoints/step-000600.safetensors"
    })
final class DataPreviewCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "CONFIG", description = "YAML file that describes data and training.")
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  Path config;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder to write to; unless --force is given, it must be missing or empty.")
  @SuppressWarnings("NullAway.Init")
  Path out;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "12",
      description = "Number of samples to show (default: 12).")
  int samples;

  @Option(
      names = "--epoch",
      paramLabel = "E",
      defaultValue = "0",
      description = "The epoch, from 0 (default: 0).")
  int epoch;

  @Option(
      names = "--checkpoint",
      paramLabel = "FILE",
      description =
          "Weights whose auxiliary CAM determines where local crops are and which of them are"
              + " negative, as in training.")
  @Nullable Path checkpoint;

  @Option(
      names = "--force",
      description = "Write to a folder that is not empty; an older preview in it is replaced.")
  boolean force;

  @Mixin SetOption set = new SetOption();

  DataPreviewCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    ResultFolder.requireFolder(out);
    var options = new DataPreview.Options(out, samples, epoch, checkpoint, force);
    var result = DataPreview.write(Config.load(config, set.overrides()), options);
    console.print("wrote %s: %s samples\n".formatted(result.page(), result.samples()));
    var unreadable = result.unreadable();
    if (!unreadable.isEmpty()) {
      throw new DataException(
          "%s of %s samples cannot be read: %s; %s shows why; toco data check finds all such images"
              .formatted(
                  unreadable.size(),
                  result.samples(),
                  String.join(", ", unreadable),
                  result.page()));
    }
    return ExitStatus.SUCCESS;
  }
}
