package toco.data;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What several people say of images. Where some annotations of an image are marked as ground
/// truth, only these count; a class counts if at least half of the annotations have it.
final class AnnotatorVotes {
  private final Map<String, Votes> byImage = new LinkedHashMap<>();

  /// @param line of the image's first annotation
  private record Votes(int line, List<Annotation> annotations) {}

  /// What one person says of an image.
  ///
  /// @param shown classes, to which may be added later
  record Annotation(BitSet shown, boolean isTruth) {}

  void add(String image, int line, List<Annotation> annotations) {
    byImage
        .computeIfAbsent(image, _ -> new Votes(line, new ArrayList<>()))
        .annotations
        .addAll(annotations);
  }

  /// Adds the classes of all images.
  ///
  /// @return the number of images whose annotations differ
  int addTo(ClassIndex.Labels labels) {
    int disputed = 0;
    for (var image : byImage.entrySet()) {
      var all = image.getValue().annotations;
      var truths = all.stream().filter(Annotation::isTruth).toList();
      var counted = truths.isEmpty() ? all : truths;
      disputed += counted.stream().map(Annotation::shown).distinct().count() > 1 ? 1 : 0;
      var shown = labels.image(image.getKey(), image.getValue().line);
      counted.forEach(annotation -> shown.or(annotation.shown));
      for (int k : shown.stream().toArray()) {
        long votes = counted.stream().filter(it -> it.shown.get(k)).count();
        shown.set(k, 2 * votes >= counted.size());
      }
    }
    return disputed;
  }
}
