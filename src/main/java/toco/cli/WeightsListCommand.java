package toco.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import toco.download.ByteCount;
import toco.weights.PublishedWeights;
import toco.weights.WeightsCache;
import toco.weights.WeightsCatalogue;

@Command(
    name = "list",
    header = "Lists the weights that toco weights get knows.",
    description = {
      "A name without its tag (the part after the dot) means the first one of that name.",
      "hash: what a public source states; 'by server': the server states SHA-256 with the file;"
          + " 'none': get prints the computed one.",
      "With names, all that is known of them.",
      "With --json, one array of objects: name, backbone (for model.backbone), family, file, names"
          + " (form of the file), urls, bytes, hash, statedBy, licence, cached (its path, or null)."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco weights list",
      "  toco weights list vit_base_patch16_224.mae",
      "  toco weights list --json"
    })
final class WeightsListCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(
      arity = "0..*",
      paramLabel = "NAME",
      description = "Names, with or without their tag (default: all, as a table).")
  List<String> names = new ArrayList<>();

  @Option(names = "--json", description = "Print one JSON array.")
  boolean json;

  WeightsListCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    var cache = WeightsCache.ofProcess();
    if (names.isEmpty() && !json) {
      console.print(table(cache));
      return ExitStatus.SUCCESS;
    }
    var wanted =
        names.isEmpty()
            ? WeightsCatalogue.ALL
            : names.stream().map(WeightsCatalogue::find).distinct().toList();
    var objects =
        wanted.stream()
            .map(weights -> object(weights, cache.cached(weights).orElse(null)))
            .toList();
    if (json) {
      console.printJson(objects);
    } else {
      objects.forEach(object -> console.print(lines(object)));
    }
    return ExitStatus.SUCCESS;
  }

  private static String lines(Map<String, @Nullable Object> object) {
    var text = new StringBuilder();
    object.forEach((key, value) -> {
      var shown =
          value instanceof List<?> urls
              ? String.join(", ", urls.stream().map(String::valueOf).toList())
              : value;
      text.append(shown == null ? "" : "%-9s %s%n".formatted(key, shown));
    });
    return text.append('\n').toString();
  }

  private static Map<String, @Nullable Object> object(
      PublishedWeights weights, @Nullable Path cached) {
    var object = new LinkedHashMap<String, @Nullable Object>();
    object.put("name", weights.name());
    object.put("backbone", weights.backbone());
    object.put("family", weights.family().name());
    object.put("file", weights.file());
    object.put("names", weights.family().names());
    object.put("urls", weights.urls());
    object.put("bytes", weights.bytes());
    var checksum = weights.checksum();
    object.put("hash", checksum == null ? null : checksum.toString());
    object.put("statedBy", checksum == null ? null : weights.statedBy());
    object.put("licence", weights.licenceLine());
    object.put("cached", cached == null ? null : cached.toString());
    return object;
  }

  private static String table(WeightsCache cache) {
    var text =
        new StringBuilder(row(List.of("name", "family", "size", "hash", "licence", "cached")));
    for (var weights : WeightsCatalogue.ALL) {
      var bytes = weights.bytes();
      text.append(
          row(
              List.of(
                  weights.name(),
                  weights.family().name(),
                  bytes == null ? "" : ByteCount.of(bytes),
                  weights.hash(),
                  weights.family().licence(),
                  cache.cached(weights).isPresent() ? "yes" : "")));
    }
    return text.toString();
  }

  private static String row(List<String> cells) {
    return "%-46s %-14s %8s  %-17s %-15s %s".formatted(cells.toArray()).stripTrailing() + "\n";
  }
}
