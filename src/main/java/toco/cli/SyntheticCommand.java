package toco.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import toco.config.SyntheticConfig.Variant;
import toco.data.SyntheticShapes;
import toco.data.SyntheticShapes.Options;

@Command(
    name = "synthetic",
    header = "Writes a synthetic data set of six shapes, in VOC layout.",
    description = {
      "96×96 JPEG images with palette-PNG masks, lists of the splits and image-level labels. The"
          + " same options give the same files. An incomplete data set is completed, a complete one"
          + " is left as it is; a folder with anything else in it is refused."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco data synthetic datasets/shapes",
      "  toco data synthetic datasets/lively --variant lively --seed 7 --train 200"
    })
final class SyntheticCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "OUT", description = "Folder to write to.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  Path folder;

  @Option(
      names = "--variant",
      paramLabel = "plain|lively",
      defaultValue = "plain",
      description = "lively has smaller objects on busier backgrounds (default: plain).")
  Variant variant = Variant.PLAIN;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of the images (default: 1).")
  long seed;

  @Option(
      names = "--train",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Number of training images (default: 1000).")
  int trainImages;

  @Option(
      names = "--val",
      paramLabel = "N",
      defaultValue = "100",
      description = "Number of validation images (default: 100).")
  int valImages;

  @Option(
      names = "--test",
      paramLabel = "N",
      defaultValue = "200",
      description = "Number of test images (default: 200).")
  int testImages;

  SyntheticCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    var options = new Options(seed, variant, trainImages, valImages, testImages);
    var done =
        switch (SyntheticShapes.write(folder, options)) {
          case WRITTEN -> "wrote";
          case COMPLETED -> "completed";
          case REUSED -> "found complete:";
        };
    console.print(
        "%s %s (train %s, val %s, test %s images)\n"
            .formatted(done, folder, trainImages, valImages, testImages));
    return ExitStatus.SUCCESS;
  }
}
