package toco.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import toco.bench.Card;
import toco.bench.CheckSizes;
import toco.bench.DeviceCheck;
import toco.config.Config;
import toco.config.Overrides;
import toco.data.SyntheticShapes;
import toco.files.Json;
import toco.host.Devices;
import toco.host.Machine;
import toco.run.RunFiles;
import toco.torch.LibTorch;

@Command(
    name = "gpu",
    header = "Checks and measures ToCo on a GPU, within a time.",
    description = {
      "Sections, each in processes of its own: tests (with --tests), parity (with --golden: golden"
          + " cases that a GPU computes), steps (time, images per second, memory and share of the"
          + " card's peak for three encoders, 2, 4 and 8 images of 448 px, float32, tf32 and"
          + " bfloat16), trace (one step: kernels, gaps between them), loader (augmentation,"
          + " loader, and how long steps wait for it) and demo (scores after 300 steps).",
      "A section that runs over its share of --seconds is cut, and what it measured until then is"
          + " kept. The exit status is 1 if a section failed; a cut is no failure.",
      "Writes gpu.json, gpu.txt, trace.json.gz and what each section printed into --out. With"
          + " --json, prints one JSON object: card, device, libtorch, java, processor, cores,"
          + " seconds, limitSeconds, cut and failed (names of sections), and sections, each with"
          + " name, status (done, failed, cut), seconds, limitSeconds, note and rows; docs/GPU.md"
          + " has the rows' keys.",
      "ci/gpu.sh runs this on a machine that has Python's torch and no JDK."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco bench gpu",
      "  toco bench gpu --golden src/test/resources/golden --only parity,steps --seconds 240",
      "  toco bench gpu --device cpu --tiny --json"
    })
final class BenchGpuCommand implements Callable<Integer> {
  private final Console console;

  @Option(
      names = "--device",
      paramLabel = "D",
      defaultValue = "cuda",
      description = "The device: cuda, cuda:N, cpu or another (default: cuda).")
  String device = "";

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "540",
      description = "The most that the whole takes (default: 540).")
  double seconds;

  @Option(
      names = "--card",
      paramLabel = "NAME",
      description = "The GPU's name (default: as the driver has it).")
  @Nullable String card;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "The demo's data set; made if there is none (default, and with --tiny: data in --out).")
  @Nullable Path data;

  @Option(
      names = "--golden",
      paramLabel = "DIR",
      description = "A folder of golden cases. Repeatable.")
  List<Path> golden = new ArrayList<>();

  @Option(
      names = "--tests",
      paramLabel = "FILE",
      description =
          "Arguments of Java that run tests by JUnit's console with --details=testfeed, as for java"
              + " @FILE. Repeatable.")
  List<Path> tests = new ArrayList<>();

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "These sections, comma-separated (default: all).")
  List<GpuSections.Name> only = List.of(GpuSections.Name.values());

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "runs/gpu",
      description = "Folder for the results (default: runs/gpu, numbered if taken).")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  Path out;

  @Option(
      names = "--tiny",
      description = "Run everything at the smallest size, in a minute on a CPU.")
  boolean tiny;

  @Option(names = "--json", description = "Print one JSON object instead of the table.")
  boolean json;

  BenchGpuCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    var config = Config.parse("", "defaults", Overrides.of("train.device", device));
    var used = Devices.prepare(config.train()); // refuses a device that is not there
    var folder = GpuSections.firstFree(out);
    var sizes = tiny ? CheckSizes.tiny() : CheckSizes.full();
    var dataset = data == null || tiny ? folder.resolve("data") : data;
    var _ = SyntheticShapes.write(dataset, sizes.synthetic());
    var name = card;
    if (name == null && !used.isCpu()) {
      name = Card.ofDriver().map(Card::name).orElse(null);
    }
    var place =
        new DeviceCheck.Place(
            name,
            used.toString(),
            LibTorch.version(),
            Machine.local().processor().orElse("unknown"),
            Machine.cores());
    var sections = new GpuSections(device, name, sizes, tiny, dataset, golden, tests, folder);
    var result = DeviceCheck.run(place, sections.all(only), seconds, folder, this::progress);
    var tree = Json.MAPPER.valueToTree(result);
    var table = GpuTable.of(tree);
    RunFiles.writeJson(folder.resolve("gpu.json"), tree);
    RunFiles.writeText(folder.resolve("gpu.txt"), table);
    if (json) {
      console.printJson(tree);
    } else {
      console.print(table);
    }
    return result.failed().isEmpty() ? ExitStatus.SUCCESS : ExitStatus.FAILURE;
  }

  private void progress(String line) {
    console.err().println("toco: " + line);
    console.err().flush();
  }
}
