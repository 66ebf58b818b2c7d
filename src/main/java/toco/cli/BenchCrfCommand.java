package toco.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import toco.bench.CrfBench;

@Command(
    name = "crf",
    header = "Measures the dense CRF on one image.",
    description = {
      "The image is random, with about as many lattice vertices as a photograph of its size.",
      "With --json, one object: seconds (median), fastestSeconds, heightPx, widthPx, classes,"
          + " iterations, vertices (of the bilateral term's lattice), threads, libtorch,"
          + " cpuCapability."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  toco bench crf", "  toco bench crf --height 375 --width 500 --threads 1 --json"})
final class BenchCrfCommand implements Callable<Integer> {
  private final Console console;

  @Option(
      names = "--height",
      paramLabel = "PX",
      defaultValue = "375",
      description = "Height of the image (default: 375).")
  int heightPx;

  @Option(
      names = "--width",
      paramLabel = "PX",
      defaultValue = "500",
      description = "Width of the image (default: 500).")
  int widthPx;

  @Option(
      names = "--classes",
      paramLabel = "N",
      defaultValue = "21",
      description = "Number of classes, including background (default: 21).")
  int classes;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "11",
      description = "Number of measured rounds (default: 11).")
  int rounds;

  @Mixin CrfOptions crf = new CrfOptions();

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  BenchCrfCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    var result =
        CrfBench.run(
            new CrfBench.Options(heightPx, widthPx, classes, crf.params(), crf.threads, rounds));
    if (json) {
      console.printJson(result);
    } else {
      console.print(
          String.format(
              Locale.ROOT,
              """
              dense CRF        %8.3f s per image (fastest %.3f)
              image            %d×%d px, %d classes, %d iterations, %d lattice vertices
              LibTorch %s, %s, %d threads
              """,
              result.seconds(),
              result.fastestSeconds(),
              result.widthPx(),
              result.heightPx(),
              result.classes(),
              result.iterations(),
              result.vertices(),
              result.libtorch(),
              result.cpuCapability(),
              result.threads()));
    }
    return ExitStatus.SUCCESS;
  }
}
