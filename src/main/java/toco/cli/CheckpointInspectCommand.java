package toco.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import toco.checkpoint.WeightsListing;
import toco.checkpoint.WeightsOrigin;

@Command(
    name = "inspect",
    header = "Lists the tensors of a file of weights.",
    description = {
      "Prints the kind of file, its metadata, and each tensor's name, dtype and shape; of a .pth"
          + " file also where in it the tensors are, what else is in it, and the classes and"
          + " functions that it names, none of which is executed.",
      "The tensors of a checkpoint are listed under headings: trained network, optimizer, random"
          + " number generators, state of the recipe; with several networks, it is said which one"
          + " is evaluated.",
      "If it holds a vision transformer that model.pretrained knows, says which and by whose"
          + " names.",
      "With --json, one object: file, kind, metadata, tensors (name, dtype, shape, bytes),"
          + " elements, bytes, encoder, networks, evaluated (of a checkpoint), key, skipped,"
          + " notExecuted."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco checkpoint inspect deit_base_patch16_224.pth",
      "  toco checkpoint inspect runs/demo/checkpoints/step-000600.safetensors --json"
    })
final class CheckpointInspectCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "FILE", description = "A file of weights, or its folder.")
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  Path file;

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  CheckpointInspectCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    var listing = WeightsListing.of(file);
    if (json) {
      console.printJson(object(listing));
    } else {
      console.print(text(listing));
    }
    return ExitStatus.SUCCESS;
  }

  private static Map<String, Object> object(WeightsListing listing) {
    var object = new LinkedHashMap<String, Object>();
    object.put("file", listing.source().toString());
    object.put("kind", listing.kind());
    object.put("metadata", listing.metadata());
    object.put(
        "tensors", listing.tensors().stream().map(CheckpointInspectCommand::object).toList());
    object.put("elements", listing.elements());
    object.put("bytes", listing.byteSize());
    object.put("encoder", listing.encoder());
    listing
        .networks()
        .ifPresent(networks -> {
          object.put("networks", networks.names());
          object.put("evaluated", networks.evaluated());
        });
    object.put("key", listing.origin().key());
    object.put("skipped", listing.origin().skipped());
    object.put("notExecuted", listing.origin().notExecuted());
    return object;
  }

  private static Map<String, Object> object(WeightsListing.Line line) {
    var object = new LinkedHashMap<String, Object>();
    object.put("name", line.name());
    object.put("dtype", line.dtype().toString());
    object.put("shape", line.shape().sizes());
    object.put("bytes", line.byteSize());
    return object;
  }

  private static String text(WeightsListing listing) {
    int width = listing.tensors().stream().mapToInt(line -> line.name().length()).max().orElse(0);
    var text = new StringBuilder("%s: %s%n".formatted(listing.source(), listing.kind()));
    listing
        .metadata()
        .forEach((key, value) -> text.append("%s: %s%n".formatted(key, indented(value))));
    var section = "";
    for (var line : inSections(listing.tensors())) {
      if (!line.section().equals(section)) {
        section = line.section();
        text.append("%s:%n".formatted(section));
      }
      text.append(
          "%s  %-8s %s%n"
              .formatted(
                  line.name() + " ".repeat(width - line.name().length()),
                  line.dtype(),
                  line.shape()));
    }
    return text.append(totals(listing))
        .append(encoder(listing))
        .append(networks(listing))
        .append(rest(listing.origin()))
        .toString();
  }

  /// Sections in the order of their first tensors.
  private static List<WeightsListing.Line> inSections(List<WeightsListing.Line> lines) {
    var sections =
        lines.stream()
            .collect(
                Collectors.groupingBy(
                    WeightsListing.Line::section, LinkedHashMap::new, Collectors.toList()));
    return sections.values().stream().flatMap(List::stream).toList();
  }

  private static String networks(WeightsListing listing) {
    return listing
        .networks()
        .filter(networks -> !networks.others().isEmpty())
        .map(networks ->
            "networks: %s; %s is evaluated%n"
                .formatted(String.join(", ", networks.names()), networks.evaluated()))
        .orElse("");
  }

  private static String encoder(WeightsListing listing) {
    return listing.encoder().isEmpty() ? "" : "encoder: %s%n".formatted(listing.encoder());
  }

  /// Where the tensors are, and everything next to them.
  private static String rest(WeightsOrigin origin) {
    var text = new StringBuilder();
    if (!origin.key().isEmpty()) {
      text.append("from the entry %s%n".formatted(origin.key()));
    }
    origin.skipped().forEach((key, what) -> text.append("skipped %s: %s%n".formatted(key, what)));
    if (!origin.notExecuted().isEmpty()) {
      text.append("not executed: %s%n".formatted(String.join(", ", origin.notExecuted())));
    }
    return text.toString();
  }

  /// A configuration has many lines.
  private static String indented(String value) {
    var lines = value.strip().lines().toList();
    return lines.size() < 2 ? value.strip() : "\n  " + String.join("\n  ", lines);
  }

  private static String totals(WeightsListing listing) {
    List<Object> totals =
        List.of(listing.tensors().size(), listing.elements(), listing.byteSize() / 1e6);
    return String.format(Locale.ROOT, "%d tensors, %,d elements, %.1f MB%n", totals.toArray());
  }
}
