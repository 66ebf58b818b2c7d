package toco.weights;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import toco.config.Spelling;
import toco.download.Checksum;
import toco.files.Json;
import tools.jackson.databind.JsonNode;

/// The published weights that the program knows, of `catalogue.json`. Its sizes and hashes are
/// those that `statedBy` names; none was computed here.
public final class WeightsCatalogue {
  /// In the order of the listing: of several tags of one name, the first is the usual one.
  public static final List<PublishedWeights> ALL = read();

  private static final int MOST_SUGGESTIONS = 6;

  private WeightsCatalogue() {}

  /// Finds weights by timm's name with its tag, such as `vit_small_patch14_dinov2.lvd142m`; without
  /// a tag, or with that of a `model.backbone`, the first of that name.
  ///
  /// @throws IllegalArgumentException if there are none, with the most similar names
  public static PublishedWeights find(String name) {
    var known = name.strip();
    List<Predicate<PublishedWeights>> ways =
        List.of(
            weights -> weights.name().equals(known),
            weights -> weights.name().startsWith(known + "."),
            weights -> weights.backbone().equals(known));
    return ways.stream()
        .flatMap(way -> ALL.stream().filter(way))
        .findFirst()
        .orElseThrow(() -> unknown(known));
  }

  private static IllegalArgumentException unknown(String name) {
    var containing =
        ALL.stream()
            .map(PublishedWeights::name)
            .filter(known -> !name.isEmpty() && known.contains(name.toLowerCase(Locale.ROOT)))
            .limit(MOST_SUGGESTIONS)
            .toList();
    var similar = containing.isEmpty() ? closest(name) : containing;
    var hint = similar.isEmpty() ? "" : "; did you mean %s".formatted(String.join(", ", similar));
    return new IllegalArgumentException(
        "no published weights are called '%s'%s; see toco weights list".formatted(name, hint));
  }

  private static List<String> closest(String name) {
    var names = ALL.stream().map(PublishedWeights::name).toList();
    var withoutTags =
        ALL.stream().map(weights -> weights.name().replaceFirst("\\..*", "")).toList();
    return Spelling.closest(name, names).or(() -> Spelling.closest(name, withoutTags)).stream()
        .toList();
  }

  private static List<PublishedWeights> read() {
    try (var in = WeightsCatalogue.class.getResourceAsStream("catalogue.json")) {
      var root = Json.MAPPER.readTree(Objects.requireNonNull(in, "catalogue.json"));
      var families = families(root.path("families"));
      return root.path("weights").values().stream().map(entry -> weights(entry, families)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, PublishedWeights.Family> families(JsonNode node) {
    var families = new LinkedHashMap<String, PublishedWeights.Family>();
    for (var member : node.properties()) {
      var family = member.getValue();
      families.put(
          member.getKey(),
          new PublishedWeights.Family(
              member.getKey(),
              text(family, "licence"),
              text(family, "licenceNote"),
              text(family, "names"),
              text(family, "obtain")));
    }
    return families;
  }

  private static PublishedWeights weights(
      JsonNode entry, Map<String, PublishedWeights.Family> families) {
    return new PublishedWeights(
        text(entry, "name"),
        text(entry, "backbone"),
        Objects.requireNonNull(families.get(text(entry, "family")), text(entry, "family")),
        text(entry, "file"),
        entry.path("urls").values().stream().map(JsonNode::stringValue).toList(),
        entry.has("bytes") ? entry.path("bytes").longValue() : null,
        checksum(entry),
        text(entry, "statedBy"));
  }

  private static @Nullable Checksum checksum(JsonNode entry) {
    if (entry.has("sha256")) {
      return Checksum.sha256(text(entry, "sha256"));
    }
    return entry.has("md5") ? Checksum.md5(text(entry, "md5")) : null;
  }

  private static String text(JsonNode object, String key) {
    return object.path(key).asString("");
  }
}
