package toco.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import toco.checkpoint.Checkpoint;
import toco.checkpoint.TrainedNetwork;
import toco.config.Config;
import toco.host.Devices;
import toco.serve.PageServer;
import toco.serve.ServeLimits;
import toco.serve.ServeOptions;
import toco.torch.Device;

@Command(
    name = "serve",
    header = "Shows in a browser what a network makes of images, and how trainings progress.",
    description = {
      "Starts a server on this machine and prints the address of its page: drop a photograph,"
          + " look at its segmentation and CAMs, click a patch to see which others are like it,"
          + " correct labels, watch trainings. Other programs use the JSON API behind it:"
          + " /openapi.json describes it, /metrics is for Prometheus.",
      "A training that has no checkpoint yet is shown without a network. Ctrl-C ends the server."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco serve runs/demo --open",
      "  toco serve configs/voc_deit_b.yaml --checkpoint toco_voc.pth --annotations corrections",
      "  toco serve runs/with-contrast --compare runs/without --runs runs",
      "  curl --data-binary @cat.jpg -H 'Content-Type: image/jpeg' \\",
      "    http://127.0.0.1:8080/api/segment -o cat.png"
    })
final class ServeCommand implements Callable<Integer> {
  private static final long MB = 1 << 20;

  private final Console console;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "RUN|CONFIG",
      description =
          "Folder of a run, whose newest checkpoint is served, or a YAML file that describes model"
              + " and data (default: the configuration in the checkpoint).")
  @Nullable Path given;

  @Option(
      names = "--checkpoint",
      paramLabel = "FILE",
      description = "Weights: a checkpoint of a run, another safetensors file, a .pth of PyTorch.")
  @Nullable Path checkpoint;

  @Mixin NetworkOption network = new NetworkOption();

  @Option(
      names = "--compare",
      paramLabel = "RUN|FILE",
      description = "Another run or checkpoint of the same classes, to be seen next to the first.")
  @Nullable Path compared;

  @Mixin SetOption set = new SetOption();

  @Mixin ProtocolOption protocol = new ProtocolOption();

  @Option(
      names = "--runs",
      paramLabel = "DIR",
      description = "Folder of runs to list; can be given several times (default: RUN alone).")
  List<Path> runs = List.of();

  @Option(
      names = "--annotations",
      paramLabel = "DIR",
      description =
          "Folder for corrected labels and painted hints, for the next training; without it nothing"
              + " can be saved. Nothing is written outside of it.")
  @Nullable Path annotations;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      defaultValue = "127.0.0.1",
      description =
          "Address to listen on (default: 127.0.0.1, this machine alone). Any other needs --token.")
  String host = "127.0.0.1";

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "0",
      description = "Port to listen on (default: 0, any free one).")
  int port;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description =
          "What requests must send as 'Authorization: Bearer TOKEN'; the printed address has it for"
              + " the page.")
  @Nullable String token;

  @Option(names = "--open", description = "Open the page in the browser.")
  boolean open;

  @Option(
      names = "--max-upload-mb",
      paramLabel = "MB",
      defaultValue = "20",
      description = "Largest file of an uploaded image (default: 20).")
  int maxUploadMb = 20;

  @Option(
      names = "--max-megapixels",
      paramLabel = "N",
      defaultValue = "40",
      description = "Largest uploaded image (default: 40).")
  double maxMegapixels = 40;

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Images that the network processes at a time, each on train.threads threads (default:"
              + " 1).")
  int workers = 1;

  @Option(
      names = "--queue",
      paramLabel = "N",
      defaultValue = "16",
      description = "Requests that wait for it; further ones are refused with 429 (default: 16).")
  int queue = 16;

  @Option(names = "--verbose", description = "Print a line for each request.")
  boolean verbose;

  ServeCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    var progress = console.progress();
    var options = options();
    var networks = networks();
    PageServer server;
    try {
      server = PageServer.start(options, networks, progress::onMessage);
    } catch (IOException e) {
      throw new ParameterException(
          spec.commandLine(),
          "cannot listen on %s, port %s: %s; choose another with --host and --port"
              .formatted(host, port, e.getMessage()));
    }
    return console
        .stop()
        .run(
            server::requestStop,
            () -> {
              try (server) {
                console.print("serving %s\n".formatted(server.url()));
                if (open) {
                  Browser.open(server.url(), progress::onMessage);
                }
                server.await();
                progress.onMessage("stopping");
              }
              return ExitStatus.SUCCESS;
            });
  }

  private ServeOptions options() {
    try {
      var standard = ServeLimits.STANDARD;
      var limits =
          new ServeLimits(
              maxUploadMb * MB,
              (long) (maxMegapixels * 1e6),
              workers,
              queue,
              standard.openRequests(),
              standard.reading(),
              standard.writing());
      return new ServeOptions(
          host, port, token, protocol.name, annotations, shownRuns(), limits, verbose);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
    }
  }

  private List<Path> shownRuns() {
    var shown = new ArrayList<Path>();
    for (var folder : runs) {
      if (!Files.isDirectory(folder)) {
        throw new ParameterException(
            spec.commandLine(), "--runs: there is no folder %s; check the path".formatted(folder));
      }
      shown.add(folder.toAbsolutePath().normalize());
    }
    var run = run();
    if (shown.isEmpty() && run != null) {
      shown.add(run.toAbsolutePath().normalize());
    }
    return shown;
  }

  /// The run that was given; null: a file, or nothing.
  private @Nullable Path run() {
    if (given == null || !Files.isDirectory(given)) {
      return null;
    }
    if (!Files.isRegularFile(given.resolve("config.yaml"))) {
      throw new ParameterException(
          spec.commandLine(),
          "%s is not a run: it has no config.yaml; list a folder of runs with --runs %s"
              .formatted(given, given));
    }
    return given;
  }

  private List<TrainedNetwork> networks() {
    var run = run();
    var weights = checkpoint;
    if (weights == null && run != null && Checkpoint.existsIn(run)) {
      weights = run;
    }
    if (weights == null) {
      if (given != null && !Files.exists(given)) {
        throw new ParameterException(
            spec.commandLine(), "there is no run or file %s; check the path".formatted(given));
      }
      if (compared != null || (run == null && (given != null || runs.isEmpty()))) {
        throw new ParameterException(
            spec.commandLine(), "Missing required option: '--checkpoint=FILE'");
      }
      if (annotations != null) {
        throw new ParameterException(
            spec.commandLine(),
            "--annotations needs a network, which names the classes; add --checkpoint, or wait for"
                + " the run's first one");
      }
      return List.of(); // a training that has just begun, or only --runs
    }
    var file = TrainedNetwork.fileOf(weights);
    var config = config(run, file);
    var device = Devices.prepare(config.train());
    var networks = new ArrayList<TrainedNetwork>();
    try {
      networks.add(network.open(file, config, device));
      if (compared != null) {
        networks.add(comparison(compared, config, device));
      }
      return networks;
    } catch (RuntimeException e) {
      networks.forEach(TrainedNetwork::close);
      throw e;
    }
  }

  private Config config(@Nullable Path run, Path weights) {
    var file = run != null ? run.resolve("config.yaml") : given;
    return file == null
        ? NetworkOptions.configOf(weights, set.overrides(), spec, "the file of one as CONFIG")
        : Config.load(file, set.overrides());
  }

  /// A network is what its own configuration says; data and evaluation are the first one's.
  private static TrainedNetwork comparison(Path weights, Config main, Device device) {
    var file = TrainedNetwork.fileOf(weights);
    var own =
        Checkpoint.configOf(file)
            .map(yaml -> Config.parse(yaml, file.toString(), List.of()))
            .orElse(main);
    return TrainedNetwork.load(file, own, device);
  }
}
