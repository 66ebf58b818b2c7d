package toco.data;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.UnaryOperator;
import toco.config.ClassNames;
import toco.files.AtomicFile;
import toco.files.CsvCell;
import toco.files.IoReason;
import toco.image.LabelMap;

/// Image-level labels: the classes that each image shows.
public final class ClassLabels {
  private final String source;
  private final int numClasses;
  private final SequencedMap<String, Label> byName;
  private final List<String> notes;

  /// @param classes indices of the classes in the image, from 0
  /// @param line its line in the source, from 1; 0: none
  record Label(BitSet classes, int line) {}

  ClassLabels(
      String source, int numClasses, SequencedMap<String, Label> byName, List<String> notes) {
    this.source = source;
    this.numClasses = numClasses;
    this.byName = Collections.unmodifiableSequencedMap(byName);
    this.notes = List.copyOf(notes);
  }

  /// Labels from values in memory.
  ///
  /// @param source name of their origin, for error messages
  /// @param numClasses K
  /// @param byName multi-hot \[K] for each name
  /// @throws DataException if a label's length is not K or a value is neither 0 nor 1
  public static ClassLabels of(String source, int numClasses, Map<String, float[]> byName) {
    var labels = new LinkedHashMap<String, Label>();
    byName.forEach((name, multiHot) ->
        labels.put(name, new Label(checked(name, multiHot, numClasses, source), 0)));
    return new ClassLabels(source, numClasses, labels, List.of());
  }

  /// Labels from a file or folder of any kind that [LabelSource] knows.
  ///
  /// @throws DataException if it is missing, of an unknown kind, or does not fit the classes
  public static ClassLabels read(Path labels, List<String> classNames) {
    return LabelSource.read(labels, new ClassIndex(classNames));
  }

  /// The names of the classes in a file or folder of labels.
  ///
  /// @return in alphabetical order; those of a COCO `.json` in the order of their ids
  /// @throws DataException if it is missing, of an unknown kind, damaged, or names no class
  /// @throws toco.config.ConfigException if a `.json` is not in COCO's form
  public static List<String> classNames(Path labels) {
    var name = labels.toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".json") && !LabelStudioTasks.isArray(labels)) {
      return ClassNames.read(labels);
    }
    var classes = ClassIndex.discovering();
    if (!name.endsWith(".npy") && !name.endsWith(".npz")) { // these number the classes
      LabelSource.read(labels, classes);
    }
    if (classes.discovered().isEmpty()) {
      throw new DataException(
          labels + " has no names of classes; set data.classNames to them, in label order");
    }
    return classes.discovered();
  }

  /// The same by the images' names, whatever the file calls them.
  ///
  /// @param images names of images
  /// @throws DataException if two labels belong to one image
  public static ClassLabels read(Path labels, List<String> classNames, Collection<String> images) {
    return read(labels, classNames).renamed(new ImageReferences(images)::findOrStem);
  }

  /// Labels derived from masks: a class is present if a pixel has its label. This reads pixel-level
  /// annotation and is meant for writing a labels file, not for training.
  ///
  /// @param masks the mask file of each name
  /// @throws DataException if a mask holds a label of no class, or all of them only 0 and 255
  /// @throws toco.image.ImageException if a mask is unreadable
  public static ClassLabels fromMasks(Map<String, Path> masks, MaskReader reader) {
    var byName = new LinkedHashMap<String, Label>();
    boolean showsClass = false;
    Path ignored = null; // a mask with pixels that are
    for (var mask : masks.entrySet()) {
      try (var arena = Arena.ofConfined()) {
        long[] counts = reader.read(mask.getValue(), arena).histogram();
        var classes = new BitSet(reader.numClasses());
        for (int k = 0; k < reader.numClasses(); k++) {
          classes.set(k, counts[k + 1] > 0);
        }
        showsClass |= !classes.isEmpty();
        ignored = counts[LabelMap.IGNORE] > 0 ? mask.getValue() : ignored;
        byName.put(mask.getKey(), new Label(classes, 0));
      }
    }
    if (!showsClass && ignored != null) {
      throw new DataException(MaskReader.noClass(masks.size(), ignored, reader.numClasses()));
    }
    return new ClassLabels("the masks", reader.numClasses(), byName, List.of());
  }

  /// The labels of an image, multi-hot \[K], as a new array.
  ///
  /// @throws DataException if it has none
  public float[] multiHot(String name) {
    Label label = byName.get(name);
    if (label == null) {
      throw new DataException(
          ("no image-level label for %s in %s (%s images); add one, or remove the image from "
                  + "the list")
              .formatted(name, source, byName.size()));
    }
    return multiHot(label);
  }

  private float[] multiHot(Label label) {
    var values = new float[numClasses];
    label.classes.stream().forEach(k -> values[k] = 1);
    return values;
  }

  public boolean contains(String name) {
    return byName.containsKey(name);
  }

  /// The labelled names, in the source's order.
  public Set<String> names() {
    return byName.keySet();
  }

  /// What reading the source skipped or assumed, one line each with the name of the source.
  public List<String> notes() {
    return notes;
  }

  /// K, the number of classes without the background.
  public int numClasses() {
    return numClasses;
  }

  /// Whether an image has a label that names no class.
  public boolean showsNoClass(String name) {
    var label = byName.get(name);
    return label != null && label.classes.isEmpty();
  }

  /// The number of these images that show each class.
  ///
  /// @param names names of images; those without a label are ignored
  /// @return \[K]
  public int[] imagesPerClass(Iterable<String> names) {
    var counts = new int[numClasses];
    for (var name : names) {
      var label = byName.get(name);
      if (label != null) {
        label.classes.stream().forEach(k -> counts[k]++);
      }
    }
    return counts;
  }

  /// Writes the labels as a `cls_labels_onehot.npy`.
  ///
  /// @throws DataException if the file cannot be written
  public void write(Path npy) {
    var multiHot = new LinkedHashMap<String, float[]>();
    byName.forEach((name, label) -> multiHot.put(name, multiHot(label)));
    OneHotNpy.write(npy, multiHot);
  }

  /// Writes the labels as a table, an image in each line and its classes.
  ///
  /// @param classNames in label order
  /// @throws DataException if the file cannot be written
  public void writeCsv(Path csv, List<String> classNames) {
    int columns = byName.values().stream().mapToInt(it -> it.classes.cardinality()).max().orElse(1);
    var text = new StringBuilder("name" + ",label".repeat(Math.max(1, columns)) + "\n");
    byName.forEach((name, label) -> {
      text.append(CsvCell.of(name));
      label.classes.stream().forEach(k -> text.append(',').append(CsvCell.of(classNames.get(k))));
      text.append('\n');
    });
    try {
      AtomicFile.write(csv, text.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new DataException("cannot write %s: %s".formatted(csv, IoReason.of(e)), e);
    }
  }

  /// The same labels under new names.
  ///
  /// @param names maps a name to its new name; its exceptions get the name's origin
  /// @throws DataException if two names become the same
  public ClassLabels renamed(UnaryOperator<String> names) {
    var renamed = new LinkedHashMap<String, Label>();
    var before = new LinkedHashMap<String, String>();
    byName.forEach((name, label) -> {
      var other = renamed(name, names);
      var earlier = before.putIfAbsent(other, name);
      if (earlier != null) {
        throw new DataException(
            "%s: '%s' and '%s' are the same image %s; remove one of the lines"
                .formatted(origin(name), earlier, name, other));
      }
      renamed.put(other, label);
    });
    return new ClassLabels(source, numClasses, renamed, notes);
  }

  private String renamed(String name, UnaryOperator<String> names) {
    try {
      return names.apply(name);
    } catch (DataException e) {
      throw new DataException(origin(name) + ": " + e.getMessage(), e);
    }
  }

  /// These labels and others; those of the other for an image that both have.
  public ClassLabels with(ClassLabels other) {
    var all = new LinkedHashMap<>(byName);
    all.putAll(other.byName);
    return new ClassLabels(source, numClasses, all, notes);
  }

  /// Only the labels of these names, in their order.
  ///
  /// @param names names of images; those without a label are ignored
  ClassLabels only(Collection<String> names) {
    var kept = new LinkedHashMap<String, Label>();
    for (var name : names) {
      var label = byName.get(name);
      if (label != null) {
        kept.put(name, label);
      }
    }
    return new ClassLabels(source, numClasses, kept, notes);
  }

  /// The file and line of a label, for an error message: `labels.csv:12`, or just the file.
  String origin(String name) {
    int line = line(name);
    return line == 0 ? source : source + ":" + line;
  }

  /// The line of a label in its source, or 0.
  int line(String name) {
    var label = byName.get(name);
    return label == null ? 0 : label.line;
  }

  private static BitSet checked(String name, float[] multiHot, int numClasses, String source) {
    if (multiHot.length == numClasses + 1) {
      throw new DataException(
          ("the label of %s in %s has %s values, expected %s, one per class without the background;"
                  + " remove the background's, such as by {k: v[1:] for k, v in labels.items()}")
              .formatted(name, source, multiHot.length, numClasses));
    }
    if (multiHot.length != numClasses) {
      throw new DataException(
          ("the label of %s in %s has %s values, expected %s, a 0 or 1 per class; check"
                  + " data.classNames (in layouts voc and coco, data.otherClasses=ignore trains on"
                  + " some of the classes)")
              .formatted(name, source, multiHot.length, numClasses));
    }
    var classes = new BitSet(numClasses);
    for (int k = 0; k < numClasses; k++) {
      if (multiHot[k] != 0 && multiHot[k] != 1) {
        throw new DataException(
            "the label of %s in %s holds %s, expected only 0 and 1"
                .formatted(name, source, multiHot[k]));
      }
      classes.set(k, multiHot[k] == 1);
    }
    return classes;
  }
}
