package toco.data;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import toco.config.Split;

/// The result of [DataCheck] for a split.
///
/// @param split the split
/// @param source the list file, or the labels file if there is no list
/// @param images number of images that it names
/// @param masks number of them with a mask, or −1 if masks are not read
/// @param maskLabels number of masks that hold each label, by label; empty if masks are not read
/// @param balance number of images per class
/// @param sizes sizes of the images that can be read, or null if there are none
/// @param weak number of hints and boxes
/// @param findings errors and warnings
public record SplitReport(
    Split split,
    String source,
    int images,
    int masks,
    SortedMap<Integer, Integer> maskLabels,
    ClassBalance balance,
    @Nullable Sizes sizes,
    WeakLabelReport weak,
    List<Finding> findings) {
  private static final int JSON_ITEMS = 20;

  public SplitReport {
    maskLabels = Collections.unmodifiableSortedMap(new TreeMap<>(maskLabels));
    findings = List.copyOf(findings);
  }

  /// Minimum, median and maximum sides of a split's images.
  ///
  /// @param width minimum, median, maximum in px
  /// @param height minimum, median, maximum in px
  /// @param belowCrop number of images with a side shorter than the crop
  /// @param cropPx side of the crop
  public record Sizes(List<Integer> width, List<Integer> height, int belowCrop, int cropPx) {
    static @Nullable Sizes of(int[] widths, int[] heights, int cropPx) {
      if (widths.length == 0) {
        return null;
      }
      int below = 0;
      for (int i = 0; i < widths.length; i++) {
        below += widths[i] < cropPx || heights[i] < cropPx ? 1 : 0;
      }
      return new Sizes(quantiles(widths), quantiles(heights), below, cropPx);
    }

    private static List<Integer> quantiles(int[] values) {
      var sorted = values.clone();
      Arrays.sort(sorted);
      return List.of(sorted[0], sorted[sorted.length / 2], sorted[sorted.length - 1]);
    }

    private String text() {
      return ("  width %s px, height %s px (min/median/max); %s with a side below the "
              + "crop's %s px\n")
          .formatted(joined(width), joined(height), belowCrop, cropPx);
    }

    private static String joined(List<Integer> quantiles) {
      return "%s/%s/%s".formatted(quantiles.toArray());
    }
  }

  /// Whether training can use the split.
  public boolean usable() {
    return findings.stream().noneMatch(Finding::fatal);
  }

  /// The report as text.
  String text() {
    var text = new StringBuilder("%s: %s images, from %s\n".formatted(split, images, source));
    text.append(balance.text());
    if (sizes != null) {
      text.append(sizes.text());
    }
    if (masks >= 0) {
      text.append("  masks of %s images%s\n".formatted(masks, maskLabelsText()));
    }
    text.append(weak.text());
    findings.forEach(finding -> text.append(finding.text()).append('\n'));
    return text.toString();
  }

  private String maskLabelsText() {
    var counts =
        maskLabels.entrySet().stream()
            .map(entry -> "%s in %s".formatted(entry.getKey(), entry.getValue()))
            .collect(Collectors.joining(", "));
    return counts.isEmpty()
        ? ""
        : "; labels: %s; expected 0 (background), 1…%s (classes), 255 (ignored)"
            .formatted(counts, balance.perClass().size());
  }

  /// The report as a JSON object.
  Map<String, @Nullable Object> toJson() {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("split", split.toString());
    json.put("source", source);
    json.put("images", images);
    json.put("masks", masks < 0 ? null : masks);
    json.put("maskLabels", maskLabels);
    json.putAll(balance.toJson());
    json.put("sizes", sizes);
    json.putAll(weak.toJson());
    json.put(
        "findings",
        findings.stream()
            .map(finding ->
                Map.of(
                    "kind", finding.kind().toString(),
                    "fatal", finding.fatal(),
                    "count", finding.items().size(),
                    "first",
                        finding.items().subList(0, Math.min(JSON_ITEMS, finding.items().size()))))
            .toList());
    return json;
  }
}
