package toco.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import toco.bench.LoaderBench;

@Command(
    name = "loader",
    header = "Measures how many training samples the data loader makes per second.",
    description = {
      "For a sample an image is read, decoded and augmented to three normalised views. Each worker"
          + " thread uses one LibTorch thread.",
      "With --json, one object: imagesPerSecond, images, seconds, workers, cropSizePx,"
          + " jpegDecoder, javaBytesPerImage, rssGrowthBytes, libtorch, cpuCapability."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco bench loader --data VOCdevkit/VOC2012",
      "  toco bench loader --data voc-mini --crop 448 --workers 2 --seconds 20 --json"
    })
final class BenchLoaderCommand implements Callable<Integer> {
  private final Console console;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "A data set in VOC layout.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  Path data;

  @Option(
      names = "--crop",
      paramLabel = "PX",
      defaultValue = "448",
      description = "Side of the views (default: 448).")
  int cropSizePx;

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "1",
      description = "Loader threads (default: 1).")
  int workers;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "10",
      description = "How long to measure, after a warm-up (default: 10).")
  double seconds;

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  BenchLoaderCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    var result = LoaderBench.run(new LoaderBench.Options(data, cropSizePx, workers, seconds));
    if (json) {
      console.printJson(result);
    } else {
      console.print(
          String.format(
              Locale.ROOT,
              """
              training samples %8.1f per second, %d worker(s), crop %d
              Java heap        %8d bytes per sample
              JPEG by %s; LibTorch %s, %s
              """,
              result.imagesPerSecond(),
              result.workers(),
              result.cropSizePx(),
              result.javaBytesPerImage(),
              result.jpegDecoder(),
              result.libtorch(),
              result.cpuCapability()));
    }
    return ExitStatus.SUCCESS;
  }
}
