package toco.data;

import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What is known of the pixels of one image.
public sealed interface ImageHints {
  /// How many points or pixels have each label, by label.
  SortedMap<Integer, Long> counts();

  /// Points, which [WeakLabels#hintRadiusPx] makes discs.
  record Points(List<HintPoint> points) implements ImageHints {
    public Points {
      points = List.copyOf(points);
    }

    @Override
    public SortedMap<Integer, Long> counts() {
      var counts = new TreeMap<Integer, Long>();
      points.forEach(point -> counts.merge(point.label(), 1L, Long::sum));
      return counts;
    }
  }

  /// A PNG, which [WeakLabels#readHints] reads.
  ///
  /// @param counts empty if the pixels have not been read
  record Drawn(Path png, SortedMap<Integer, Long> counts) implements ImageHints {}
}
