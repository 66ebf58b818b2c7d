package toco.data;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/// The number of images that show each class.
///
/// @param images number of images
/// @param perClass number of images that show a class, by class name in label order
/// @param withoutClass number of images whose label names no class
public record ClassBalance(int images, SequencedMap<String, Integer> perClass, int withoutClass) {
  private static final int BAR = 30;
  private static final String NONE = "(no class)";

  public ClassBalance {
    perClass = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(perClass));
  }

  /// Counts over these images. Images without a label count in `images` only.
  public static ClassBalance of(
      ClassLabels labels, List<String> classNames, Collection<String> images) {
    var counts = labels.imagesPerClass(images);
    var perClass = new LinkedHashMap<String, Integer>();
    for (int k = 0; k < counts.length; k++) {
      perClass.put(classNames.get(k), counts[k]);
    }
    int without = (int) images.stream().filter(labels::showsNoClass).count();
    return new ClassBalance(images.size(), perClass, without);
  }

  /// One line per class: count, share of the images, a bar.
  public String text() {
    if (images == 0) {
      return "";
    }
    int width = perClass.keySet().stream().mapToInt(String::length).max().orElse(0);
    int nameWidth = Math.max(width, NONE.length());
    var text = new StringBuilder();
    perClass.forEach((name, count) -> text.append(line(name, count, nameWidth)));
    if (withoutClass > 0) {
      text.append(line(NONE, withoutClass, nameWidth));
    }
    return text.toString();
  }

  private String line(String name, int count, int nameWidth) {
    double share = (double) count / images;
    var line =
        String.format(
            Locale.ROOT,
            "  %-" + nameWidth + "s %7d %5.1f %%  %s",
            name,
            count,
            100 * share,
            "#".repeat((int) Math.ceil(BAR * share)));
    return line.stripTrailing() + "\n";
  }

  /// As members of a JSON object.
  Map<String, Object> toJson() {
    return Map.of("imagesPerClass", perClass, "imagesWithoutClass", withoutClass);
  }
}
