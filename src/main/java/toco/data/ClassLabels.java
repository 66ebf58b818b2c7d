package toco.data;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import toco.image.MaskDecoder;

/// Image-level labels: which classes each image shows.
public final class ClassLabels {
  private final String source;
  private final int numClasses;
  private final SequencedMap<String, float[]> byName;

  private ClassLabels(String source, int numClasses, Map<String, float[]> byName) {
    this.source = source;
    this.numClasses = numClasses;
    var copies = new LinkedHashMap<String, float[]>();
    byName.forEach((name, labels) -> copies.put(name, checked(name, labels)));
    this.byName = Collections.unmodifiableSequencedMap(copies);
  }

  /// Labels that are at hand.
  ///
  /// @param source where they come from, for error messages
  /// @param numClasses K
  /// @param byName multi-hot [K] for each name
  /// @throws DataException if a label's length is not K or a value is neither 0 nor 1
  public static ClassLabels of(String source, int numClasses, Map<String, float[]> byName) {
    return new ClassLabels(source, numClasses, byName);
  }

  /// Labels from a `cls_labels_onehot.npy`.
  ///
  /// @throws DataException if the file is missing, is not of this kind, or does not fit K
  public static ClassLabels read(Path npy, int numClasses) {
    return new ClassLabels(npy.toString(), numClasses, OneHotNpy.read(npy));
  }

  /// Labels derived from masks: a class is present if a pixel has its label. This reads pixel-level
  /// annotation and is meant for making a labels file, not for training.
  ///
  /// @param masks the mask file of each name
  /// @throws DataException if a mask holds a label that is no class
  /// @throws toco.image.ImageException if a mask is unreadable
  public static ClassLabels fromMasks(Map<String, Path> masks, int numClasses) {
    var byName = new LinkedHashMap<String, float[]>();
    masks.forEach(
        (name, file) -> {
          try (var arena = Arena.ofConfined()) {
            var mask = MaskDecoder.decode(file, arena);
            Sample.checkLabels(mask, numClasses, file);
            long[] counts = mask.histogram();
            var labels = new float[numClasses];
            for (int k = 0; k < numClasses; k++) {
              labels[k] = counts[k + 1] > 0 ? 1 : 0;
            }
            byName.put(name, labels);
          }
        });
    return new ClassLabels("the masks", numClasses, byName);
  }

  /// The labels of an image, multi-hot [K], as a copy.
  ///
  /// @throws DataException if it has none
  public float[] multiHot(String name) {
    float[] labels = byName.get(name);
    if (labels == null) {
      throw new DataException(
          "no image-level label for %s in %s (%d images); add it, or take the image off the list"
              .formatted(name, source, byName.size()));
    }
    return labels.clone();
  }

  public boolean contains(String name) {
    return byName.containsKey(name);
  }

  /// The labelled names, in the source's order.
  public Set<String> names() {
    return byName.keySet();
  }

  /// K, the number of classes without the background.
  public int numClasses() {
    return numClasses;
  }

  /// Writes them as a `cls_labels_onehot.npy`.
  ///
  /// @throws DataException if the file cannot be written
  public void write(Path npy) {
    OneHotNpy.write(npy, byName);
  }

  private float[] checked(String name, float[] labels) {
    if (labels.length != numClasses) {
      throw new DataException(
          "the label of %s in %s has %d values, expected %d, one a class; check the class list"
              .formatted(name, source, labels.length, numClasses));
    }
    for (float value : labels) {
      if (value != 0 && value != 1) {
        throw new DataException(
            "the label of %s in %s holds %s, expected only 0 and 1".formatted(name, source, value));
      }
    }
    return labels.clone();
  }
}
