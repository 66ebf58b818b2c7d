package toco.cli;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import toco.bench.Cluster;
import toco.bench.ScalingBench;
import toco.bench.ScalingBench.Compute;
import toco.bench.ScalingModel.Links;
import toco.config.Config;
import toco.config.Overrides;

@Command(
    name = "scaling",
    header = "Estimates how a training step scales over processes: a model, not a measurement.",
    description = {
      "Simulates when gradients become ready and how long their all-reduce takes; docs/scaling.md"
          + " describes the model and the sources of the clusters' values. Each value can be"
          + " replaced with your own, for example a measured one.",
      "With --json, an array of objects: processes, stepMs, exposedMs (waiting for gradients),"
          + " communicationMs (overlapped or not), efficiency, imagesPerSecond, sentMB."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco bench scaling --cluster h100",
      "  toco bench scaling --cluster ethernet --backbone deit_tiny_patch16_224 --bucket-mb 5",
      "  toco bench scaling --processes 1,2 --forward-ms 800 --backward-ms 900 --per-host 2 \\",
      "      --within-gbs 1.2 --last-pass 0.4"
    })
final class BenchScalingCommand implements Callable<Integer> {
  private final Console console;

  @Option(
      names = "--cluster",
      paramLabel = "NAME",
      description = "${COMPLETION-CANDIDATES} (default: a100).")
  Cluster cluster = Cluster.A100;

  @Option(
      names = "--backbone",
      paramLabel = "NAME",
      description = "The encoder (default: deit_base_patch16_224).")
  String backbone = "deit_base_patch16_224";

  @Option(
      names = "--processes",
      split = ",",
      paramLabel = "N",
      description = "Numbers of processes (default: 1,2,4,8,16,32,64).")
  List<Integer> processes = List.of(1, 2, 4, 8, 16, 32, 64);

  @Option(names = "--samples", paramLabel = "N", description = "Images per process (default: 2).")
  int samples = 2;

  @Option(names = "--crop", paramLabel = "PX", description = "Side of the images (default: 448).")
  int cropSizePx = 448;

  @Option(
      names = "--bucket-mb",
      paramLabel = "MB",
      description = "Size of a bucket of gradients (default: 25).")
  double bucketMb = 25;

  @Option(
      names = "--tflops",
      paramLabel = "X",
      description = "TFLOP/s that a process reaches (default: the cluster's).")
  @Nullable Double teraflops;

  @Option(
      names = "--forward-ms",
      paramLabel = "MS",
      description = "Measured forward pass, including CAM passes (default: estimated).")
  @Nullable Double forwardMs;

  @Option(
      names = "--backward-ms",
      paramLabel = "MS",
      description = "Measured backward pass (default: estimated).")
  @Nullable Double backwardMs;

  @Option(
      names = "--last-pass",
      paramLabel = "SHARE",
      description =
          "Share of the backward pass in which gradients become complete (default: that of both"
              + " global views; on a CPU, where each view has its own pass, about half of it).")
  @Nullable Double lastPass;

  @Option(
      names = "--memory-gbs",
      paramLabel = "X",
      description = "Memory bandwidth, for buckets and optimizer (default: the cluster's).")
  @Nullable Double memoryGBs;

  @Option(
      names = "--per-host",
      paramLabel = "N",
      description = "Processes per host (default: the cluster's).")
  @Nullable Integer perHost;

  @Option(
      names = "--within-gbs",
      paramLabel = "X",
      description = "Bandwidth of a process within a host (default: the cluster's).")
  @Nullable Double withinGBs;

  @Option(
      names = "--between-gbs",
      paramLabel = "X",
      description = "Bandwidth of a host to other hosts (default: the cluster's).")
  @Nullable Double betweenGBs;

  @Mixin SetOption set = new SetOption();

  @Option(names = "--json", description = "Print JSON instead of the table.")
  boolean json;

  BenchScalingCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    var keys =
        Overrides.of("model.backbone", backbone)
            .plus("train.samplesPerProcess", samples)
            .plus("augment.cropSizePx", cropSizePx)
            .plus("distributed.bucketMb", bucketMb)
            .plus(set.overrides());
    var config = Config.parse("", "defaults", keys);
    var model =
        ScalingBench.of(config, compute(config), lastPass, config.distributed().bucketBytes());
    var rows = ScalingBench.rows(model, links(), processes, config.train().samplesPerProcess());
    if (json) {
      console.printJson(rows);
    } else {
      console.print("processes   step ms  waiting ms  efficiency  images/s  MB sent\n");
      rows.forEach(row -> console.print(line(row)));
    }
    return ExitStatus.SUCCESS;
  }

  private static String line(ScalingBench.Row row) {
    return String.format(
        Locale.ROOT,
        "%9d %9.1f %11.1f %9.1f %% %9.1f %8.0f\n",
        row.processes(),
        row.stepMs(),
        row.exposedMs(),
        100 * row.efficiency(),
        row.imagesPerSecond(),
        row.sentMB());
  }

  private Compute compute(Config config) {
    double memory = memoryGBs == null ? cluster.memoryGBs : memoryGBs;
    var estimated = Compute.of(config, teraflops == null ? cluster.teraflops : teraflops, memory);
    return new Compute(
        forwardMs == null ? estimated.forwardMs() : forwardMs,
        backwardMs == null ? estimated.backwardMs() : backwardMs,
        memory);
  }

  private Links links() {
    var usual = cluster.links;
    return new Links(
        perHost == null ? usual.perHost() : perHost,
        withinGBs == null ? usual.withinGBs() : withinGBs,
        betweenGBs == null ? usual.betweenGBs() : betweenGBs,
        usual.withinUs(),
        usual.betweenUs());
  }
}
