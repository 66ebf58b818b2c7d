package toco.data;

import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import toco.config.Spelling;

/// The classes by name, for readers of labels, and the handler of labels that are wrong.
final class ClassIndex {
  private static final int MAX_NAMED = 12; // classes listed in a message

  private final List<String> names;
  private final Map<String, Integer> byName = new HashMap<>();
  private final Consumer<DataException> problems;

  /// Reading stops at the first problem.
  ClassIndex(List<String> names) {
    this(
        names,
        e -> {
          throw e;
        });
  }

  /// @param names in label order
  /// @param problems receives labels that cannot be read and every unknown class; if it returns,
  ///   reading continues without them
  ClassIndex(List<String> names, Consumer<DataException> problems) {
    this.names = List.copyOf(names);
    this.problems = problems;
    for (int k = 0; k < names.size(); k++) {
      byName.put(names.get(k), k);
    }
  }

  int size() {
    return names.size();
  }

  List<String> names() {
    return names;
  }

  boolean contains(String name) {
    return byName.containsKey(name);
  }

  /// The index of a class, from 0.
  ///
  /// @param where file and line, for the error message
  OptionalInt find(String name, String where) {
    Integer k = byName.get(name);
    if (k != null) {
      return OptionalInt.of(k);
    }
    problems.accept(
        new DataException(
            "%s: unknown class '%s'; %s"
                .formatted(where, DataException.shortened(name), remedy(name))));
    return OptionalInt.empty();
  }

  /// Reads labels; returns none if they cannot be read and the handler of problems returns.
  ClassLabels orNone(Supplier<ClassLabels> reading) {
    try {
      return reading.get();
    } catch (DataException e) {
      problems.accept(e);
      return new Labels("the labels").build();
    }
  }

  private String remedy(String name) {
    if (name.equals("0") || name.equals("1")) {
      return "write the names of an image's classes, not 0 and 1";
    }
    return Spelling.closest(name, names)
        .map(near -> "did you mean '" + near + "'?")
        .orElseGet(() ->
            "the classes are "
                + String.join(", ", names.subList(0, Math.min(MAX_NAMED, names.size())))
                + (names.size() > MAX_NAMED ? ", …" : ""));
  }

  /// A builder of labels.
  final class Labels {
    private final String source;
    private final SequencedMap<String, ClassLabels.Label> byImage = new LinkedHashMap<>();

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

    ClassLabels build() {
      return new ClassLabels(source, names.size(), byImage);
    }
  }
}
