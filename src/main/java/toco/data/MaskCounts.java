package toco.data;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import toco.image.LabelMap;

/// What the masks of a split hold: on how many masks each label is, and what is suspicious about
/// them. Thread-safe.
final class MaskCounts {
  private final List<String> classNames;
  private final ClassLabels labels;
  private final int[] masksWith = new int[256];
  private final SortedMap<Integer, String> ignored = new TreeMap<>();
  private final SortedMap<Integer, String> otherClasses = new TreeMap<>();
  private final SortedMap<Integer, Path> withIgnored = new TreeMap<>();
  private int masks;

  /// @param labels what the images are said to show
  MaskCounts(List<String> classNames, ClassLabels labels) {
    this.classNames = List.copyOf(classNames);
    this.labels = labels;
  }

  /// Counts a mask.
  ///
  /// @param index its position in the split
  /// @param name of its image
  /// @param histogram from [LabelMap#histogram], without labels of no class
  synchronized void add(int index, String name, Path file, long[] histogram) {
    masks++;
    int present = 0;
    for (int label = 0; label < histogram.length; label++) {
      if (histogram[label] > 0) {
        masksWith[label]++;
        present++;
      }
    }
    if (histogram[LabelMap.IGNORE] > 0) {
      withIgnored.put(index, file);
    }
    if (present == 1 && histogram[LabelMap.IGNORE] > 0) {
      ignored.put(index, name);
    }
    if (labels.contains(name)) {
      var shown = names(k -> histogram[k + 1] > 0);
      var multiHot = labels.multiHot(name);
      var said = names(k -> multiHot[k] > 0);
      if (!shown.equals(said)) {
        otherClasses.put(
            index,
            "%s: the mask shows %s, the label %s".formatted(name, joined(shown), joined(said)));
      }
    }
  }

  private List<String> names(IntPredicate isIn) {
    return IntStream.range(0, classNames.size()).filter(isIn).mapToObj(classNames::get).toList();
  }

  private static String joined(List<String> names) {
    return names.isEmpty() ? "no class" : String.join(", ", names);
  }

  /// The number of masks that hold each label, by label.
  synchronized SortedMap<Integer, Integer> masksWith() {
    var counts = new TreeMap<Integer, Integer>();
    for (int label = 0; label < masksWith.length; label++) {
      if (masksWith[label] > 0) {
        counts.put(label, masksWith[label]);
      }
    }
    return Collections.unmodifiableSortedMap(counts);
  }

  /// Whether a mask shows a class.
  synchronized boolean showsClass() {
    return IntStream.rangeClosed(1, classNames.size()).anyMatch(label -> masksWith[label] > 0);
  }

  /// Why the masks cannot serve for evaluation; null if they can, as masks of background alone.
  synchronized @Nullable String problem() {
    if (showsClass() || withIgnored.isEmpty()) {
      return null;
    }
    return MaskReader.noClass(masks, withIgnored.firstEntry().getValue(), classNames.size());
  }

  /// The classes that no mask shows.
  synchronized List<String> unseenClasses() {
    return names(k -> masksWith[k + 1] == 0);
  }

  /// Names of images whose mask is ignored everywhere.
  synchronized List<String> ignored() {
    return List.copyOf(ignored.values());
  }

  /// Images whose mask and label show different classes, one line each.
  synchronized List<String> otherClasses() {
    return List.copyOf(otherClasses.values());
  }
}
