package toco.data;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import toco.config.DataConfig;
import toco.config.DataConfig.OtherClasses;
import toco.config.Spelling;

/// The classes by name, for readers of labels, and the handler of labels that are wrong.
///
/// A name may differ from its class in case, spaces, `_` and `-`: `Teddy_Bear` is `teddy bear`,
/// unless two classes differ only in that.
final class ClassIndex {
  private static final int MAX_NAMED = 12; // classes listed in a message
  private static final int AMBIGUOUS = -1;
  private static final Pattern NUMBER = Pattern.compile("-?\\d+([.,]\\d+)?");
  private static final Pattern SPACING = Pattern.compile("[\\s\\p{Z}_-]+");

  private final List<String> names;
  private final List<String> annotated;
  private final OtherClasses otherClasses;
  private final Map<String, Integer> byName = new HashMap<>();
  private final Map<String, Integer> bySpelling = new HashMap<>();
  private final Consumer<DataException> problems;
  private final Map<String, Integer> ignored = new TreeMap<>(); // labels by other class
  private final @Nullable Map<String, String> discovered; // name by spelling

  /// Reading stops at the first problem; other classes are a problem.
  ClassIndex(List<String> names) {
    this(names, names, OtherClasses.ERROR, ClassIndex::stop);
  }

  /// The classes of a configuration; reading stops at the first problem.
  static ClassIndex of(DataConfig data) {
    return of(data, ClassIndex::stop);
  }

  /// The classes of a configuration.
  ///
  /// @param problems receives labels that cannot be read and every unknown class; if it returns,
  ///   reading continues without them
  static ClassIndex of(DataConfig data, Consumer<DataException> problems) {
    return new ClassIndex(
        data.classNames(), data.annotatedClasses(), data.otherClasses(), problems);
  }

  /// @param names in label order
  /// @param annotated in the order of labels that are numbers
  /// @param otherClasses what to do with a class that is not among the names
  ClassIndex(
      List<String> names,
      List<String> annotated,
      OtherClasses otherClasses,
      Consumer<DataException> problems) {
    this.annotated = List.copyOf(annotated);
    this.names = List.copyOf(names);
    this.otherClasses = otherClasses;
    this.problems = problems;
    discovered = null;
    for (int k = 0; k < names.size(); k++) {
      byName.put(names.get(k), k);
      bySpelling.merge(spelling(names.get(k)), k, (_, _) -> AMBIGUOUS);
    }
  }

  /// No classes yet: reading labels collects the names that occur in them.
  private ClassIndex() {
    names = List.of();
    annotated = names;
    otherClasses = OtherClasses.ERROR;
    problems = ClassIndex::stop;
    discovered = new TreeMap<>();
  }

  /// An index for finding out which classes labels name: see [#discovered].
  static ClassIndex discovering() {
    return new ClassIndex();
  }

  boolean isDiscovering() {
    return discovered != null;
  }

  /// The names that reading found, in alphabetical order; of several spellings, the first that
  /// occurred.
  List<String> discovered() {
    return discovered == null ? List.of() : List.copyOf(discovered.values());
  }

  private static void stop(DataException e) {
    throw e;
  }

  int size() {
    return names.size();
  }

  List<String> names() {
    return names;
  }

  /// Whether labels of classes that are not among the names are left out.
  boolean ignoresOthers() {
    return otherClasses == OtherClasses.IGNORE;
  }

  boolean contains(String name) {
    return index(name) != null;
  }

  /// The index of a class, from 0; empty if the class is unknown and reading continues.
  ///
  /// @param where file and line, for the error message
  OptionalInt find(String name, String where) {
    Integer k = index(name);
    if (k != null) {
      return OptionalInt.of(k);
    }
    if (discovered != null && !NUMBER.matcher(name).matches()) {
      discovered.putIfAbsent(spelling(name), name);
      return OptionalInt.empty();
    }
    if (ignoresOthers() && !NUMBER.matcher(name).matches()) {
      ignored.merge(DataException.shortened(name), 1, Integer::sum);
    } else {
      report(
          new DataException(
              "%s: unknown class '%s'; %s"
                  .formatted(where, DataException.shortened(name), remedy(name))));
    }
    return OptionalInt.empty();
  }

  /// Labels from values in memory: multi-hot over these classes, or over all that are annotated.
  ///
  /// @throws DataException if a label's length is neither, or a value is neither 0 nor 1
  ClassLabels fromMultiHot(String source, Map<String, float[]> byName) {
    if (annotated.equals(names)) {
      return ClassLabels.of(source, names.size(), byName);
    }
    var all = ClassLabels.of(source, annotated.size(), byName);
    var labels = new Labels(source);
    for (var image : all.names()) {
      var values = all.multiHot(image);
      var shown = labels.image(image, 0);
      for (int k = 0; k < values.length; k++) {
        if (values[k] == 1) {
          find(annotated.get(k), source).ifPresent(shown::set);
        }
      }
    }
    return labels.build();
  }

  private @Nullable Integer index(String name) {
    var exact = byName.get(name);
    var similar = exact == null ? bySpelling.get(spelling(name)) : exact;
    return similar == null || similar == AMBIGUOUS ? null : similar;
  }

  private static String spelling(String name) {
    var composed = Normalizer.normalize(name, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
    return SPACING.matcher(composed).replaceAll("");
  }

  /// Passes a problem to the handler, which may return.
  void report(DataException problem) {
    problems.accept(problem);
  }

  /// Reads labels; returns none if they cannot be read and the handler of problems returns.
  ClassLabels orNone(Supplier<ClassLabels> reading) {
    try {
      return reading.get();
    } catch (DataException e) {
      report(e);
      return new Labels("the labels").build();
    }
  }

  private String remedy(String name) {
    if (NUMBER.matcher(name).matches()) {
      return "a number does not say which class it means, because counting may begin at 0 or 1;"
          + " write the class's name, or set data.classNames to the numbers, quoted, in label"
          + " order";
    }
    var known =
        Spelling.closest(name, names)
            .map(near -> "did you mean '" + near + "'?")
            .orElseGet(() ->
                "the classes are "
                    + String.join(", ", names.subList(0, Math.min(MAX_NAMED, names.size())))
                    + (names.size() > MAX_NAMED ? ", …" : ""));
    return known
        + " (to leave other classes out: data.otherClasses=ignore, or --ignore-other-classes of"
        + " data labels)";
  }

  /// A builder of labels.
  final class Labels {
    private final String source;
    private final SequencedMap<String, ClassLabels.Label> byImage = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();

    Labels(String source) {
      this.source = source;
    }

    /// The classes of an image, to which the caller adds; empty for a new image.
    ///
    /// @param line its line in the source, or 0
    BitSet image(String name, int line) {
      return byImage
          .computeIfAbsent(name, _ -> new ClassLabels.Label(new BitSet(names.size()), line))
          .classes();
    }

    /// Adds what reading skipped or assumed, one line.
    void note(String text) {
      notes.add(source + ": " + text);
    }

    ClassLabels build() {
      if (!ignored.isEmpty()) {
        int count = ignored.values().stream().mapToInt(Integer::intValue).sum();
        note("labels of other classes left out: %s (%s)".formatted(count, listed(ignored)));
        ignored.clear();
      }
      return new ClassLabels(source, names.size(), byImage, notes);
    }
  }

  private static String listed(Map<String, Integer> counts) {
    var text = new ArrayList<String>();
    counts.entrySet().stream()
        .limit(MAX_NAMED)
        .forEach(entry -> text.add(entry.getKey() + " " + entry.getValue()));
    int more = counts.size() - text.size();
    return String.join(", ", text) + (more > 0 ? " and %s more".formatted(more) : "");
  }
}
