package toco.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import toco.bench.LoaderBench;
import toco.bench.OpsBench;

@Command(
    name = "bench",
    header = "Measures speed.",
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExample:%n",
    footer = "  toco bench ops")
final class BenchCommand {
  private BenchCommand() {}

  static CommandLine commandLine(Console console) {
    return new CommandLine(new BenchCommand())
        .addSubcommand(new Ops(console))
        .addSubcommand(new Loader(console));
  }

  @Command(
      name = "ops",
      header = "Measures single operators across the bridge to LibTorch.",
      description = {
        "With --json, one object: addNs (a one-element add with the freeing of its result, in ns),"
            + " downcallNs (an empty call), linearMs and linearGflops (a linear layer, 1568×768 to"
            + " 3072), threads, libtorch, cpuCapability."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  toco bench ops", "  toco bench ops --json"})
  static final class Ops implements Callable<Integer> {
    private final Console console;

    @Option(names = "--json", description = "Print one JSON object.")
    boolean json;

    Ops(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      var result = OpsBench.run();
      if (json) {
        console.printJson(result);
      } else {
        console.print(
            String.format(
                Locale.ROOT,
                """
                add, one element     %10.1f ns
                empty call           %10.1f ns
                linear 1568×768→3072 %10.3f ms = %.1f GFLOP/s
                LibTorch %s, %s, %d threads
                """,
                result.addNs(),
                result.downcallNs(),
                result.linearMs(),
                result.linearGflops(),
                result.libtorch(),
                result.cpuCapability(),
                result.threads()));
      }
      return ExitStatus.SUCCESS;
    }
  }

  @Command(
      name = "loader",
      header = "Measures how many training samples the loader makes in a second.",
      description = {
        "A sample is an image read, decoded and augmented to three normalised views. Each worker"
            + " thread works alone, with one LibTorch thread.",
        "With --json, one object: imagesPerSecond, images, seconds, workers, cropSizePx,"
            + " jpegDecoder, javaBytesPerImage, rssGrowthBytes, libtorch, cpuCapability."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  toco bench loader --data VOCdevkit/VOC2012",
        "  toco bench loader --data voc-mini --crop 448 --workers 2 --seconds 20 --json"
      })
  static final class Loader implements Callable<Integer> {
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

    Loader(Console console) {
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
                training samples %8.1f a second, %d worker(s), crop %d
                Java heap        %8d bytes a sample
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
}
