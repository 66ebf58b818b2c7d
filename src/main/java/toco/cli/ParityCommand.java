package toco.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import toco.config.Config;
import toco.config.Overrides;
import toco.files.Json;
import toco.host.Devices;
import toco.parity.Parity;
import toco.torch.Device;

@Command(
    name = "parity",
    header = "Compares ToCo's results with recorded results of the published code.",
    description = {
      "DIR has golden cases, one per safetensors file: the classes of training and evaluation must"
          + " compute out.* from in.*. Or it has calls of LibTorch's operators in calls.json, which"
          + " are made by name.",
      "Prints one row per tensor with its largest error, tolerance and verdict. The exit status is"
          + " 1 if a tensor misses its tolerance or a case is unknown to this version.",
      "With --json, one object: directory, device, cases, tensors, failed, unsupported (counts),"
          + " unsupportedFiles, skipped (the reason by file), and rows, each with file, tensor,"
          + " error, tolerance, pass, note."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco parity src/test/resources/golden --skip-unsupported",
      "  toco parity golden --json",
      "  toco parity src/test/resources/golden --device cuda --skip-unsupported"
    })
final class ParityCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "DIR", description = "Folder of golden cases and micro.safetensors.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  Path directory;

  @Option(names = "--json", description = "Print one JSON object instead of the table.")
  boolean json;

  @Option(
      names = "--skip-unsupported",
      description = "Do not count cases that are unknown to this version as misses.")
  boolean skipUnsupported;

  @Option(
      names = "--weights",
      paramLabel = "DIR",
      description =
          "Folder of published weights, for the cases of real networks: dinov2-small or"
              + " vit_small_patch14_dinov2.safetensors. Without it they are skipped.")
  @Nullable Path weights;

  @Option(
      names = "--device",
      paramLabel = "D",
      defaultValue = "cpu",
      description =
          "The device that computes: cpu, cuda, cuda:N (default: cpu). Cases that only the CPU"
              + " computes are skipped on others.")
  String device = "";

  ParityCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    var report = Parity.run(directory, weights, device());
    if (report.rows().isEmpty() && report.unsupported().isEmpty() && report.skipped().isEmpty()) {
      throw new IllegalArgumentException(
          directory
              + " has no golden cases, only other safetensors files; name a folder of golden"
              + " cases");
    }
    if (json) {
      console.printJson(toJson(report));
    } else {
      console.print(table(report));
    }
    boolean missed = report.failed() > 0 || (!skipUnsupported && !report.unsupported().isEmpty());
    return missed ? ExitStatus.FAILURE : ExitStatus.SUCCESS;
  }

  private Device device() {
    var config = Config.parse("", "defaults", Overrides.of("train.device", device));
    return device.equals("cpu") ? Device.CPU : Devices.prepare(config.train());
  }

  private String table(Parity.Report report) {
    int fileWidth = width(report.rows().stream().map(Parity.Row::file).toList(), "file");
    int tensorWidth = width(report.rows().stream().map(Parity.Row::tensor).toList(), "tensor");
    int toleranceWidth =
        width(report.rows().stream().map(Parity.Row::tolerance).toList(), "tolerance");
    var format =
        "%%-%ss  %%-%ss  %%10s  %%-%ss  %%s\n".formatted(fileWidth, tensorWidth, toleranceWidth);
    var text = new StringBuilder();
    text.append(format.formatted("file", "tensor", "error", "tolerance", "verdict"));
    for (var row : report.rows()) {
      var verdict = row.pass() ? "pass" : row.note().isEmpty() ? "MISS" : "MISS: " + row.note();
      var error = String.format(Locale.ROOT, "%.2e", row.error());
      text.append(format.formatted(row.file(), row.tensor(), error, row.tolerance(), verdict));
    }
    for (var file : report.unsupported()) {
      text.append(file).append("  unsupported\n");
    }
    report
        .skipped()
        .forEach((file, reason) -> text.append(file).append("  skipped: " + reason + "\n"));
    return text.append(summary(report)).toString();
  }

  private String summary(Parity.Report report) {
    return "%s cases, %s tensors: %s missed; %s cases unsupported%s%s\n"
        .formatted(
            report.cases(),
            report.rows().size(),
            report.failed(),
            report.unsupported().size(),
            report.unsupported().isEmpty() || skipUnsupported ? "" : ", which count as misses",
            report.skipped().isEmpty() ? "" : "; %s skipped".formatted(report.skipped().size()));
  }

  private static int width(List<String> texts, String heading) {
    return Math.max(heading.length(), texts.stream().mapToInt(String::length).max().orElse(0));
  }

  private Map<String, @Nullable Object> toJson(Parity.Report report) {
    var rows = new ArrayList<Map<String, @Nullable Object>>();
    for (var row : report.rows()) {
      var json = new LinkedHashMap<String, @Nullable Object>();
      json.put("file", row.file());
      json.put("tensor", row.tensor());
      json.put("error", Json.orNull(row.error()));
      json.put("tolerance", row.tolerance());
      json.put("pass", row.pass());
      json.put("note", row.note());
      rows.add(json);
    }
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("directory", directory.toString());
    json.put("device", device);
    json.put("cases", report.cases());
    json.put("tensors", report.rows().size());
    json.put("failed", report.failed());
    json.put("unsupported", report.unsupported().size());
    json.put("unsupportedFiles", report.unsupported());
    json.put("skipped", report.skipped());
    json.put("rows", rows);
    return json;
  }
}
