package toco.prepare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import toco.data.ClassLabels;
import toco.data.DataException;
import toco.files.AtomicFile;
import toco.files.IoReason;
import toco.files.TextFile;

/// The list files of a data set and its labels. What is there already is never changed.
final class Lists {
  private final Path folder;
  private final Path labels;
  private final boolean allowDifferences;
  private final PrepareListener listener;
  private final List<Path> written = new ArrayList<>();

  Lists(Workplace place) {
    folder = place.home().resolve("lists");
    labels = folder.resolve("cls_labels_onehot.npy");
    allowDifferences = place.options().allowDifferences();
    listener = place.listener();
  }

  private Path file(PublishedLists.Names list) {
    return folder.resolve(list.file());
  }

  boolean has(PublishedLists.Names list) {
    return Files.isRegularFile(file(list));
  }

  /// The names in a list that is there; none if it is not.
  List<String> read(PublishedLists.Names list) {
    if (!has(list)) {
      return List.of();
    }
    try {
      return TextFile.lines(file(list)).stream()
          .map(String::strip)
          .filter(line -> !line.isEmpty())
          .toList();
    } catch (IOException e) {
      throw new DataException("cannot read %s: %s".formatted(file(list), IoReason.of(e)), e);
    }
  }

  /// Checks the names against the published ones.
  ///
  /// @throws DataException if they differ and may not
  void check(PublishedLists.Names list, Collection<String> names, String source) {
    var difference = list.difference(names);
    if (difference.isEmpty()) {
      return;
    }
    var text = "%s of %s: %s".formatted(list.file(), source, difference.get());
    if (!allowDifferences) {
      throw new DataException(
          text + "; is it the right archive? Continue all the same with --allow-differences");
    }
    listener.onMessage(text);
  }

  /// Writes a list, in the published order, unless it is empty or there.
  ///
  /// @throws DataException if it is there with other names
  void write(PublishedLists.Names list, List<String> names) {
    var there = new HashSet<>(read(list));
    if (!there.isEmpty() && !there.equals(new HashSet<>(names))) {
      throw new DataException(
          "%s lists other names than the archives; move it away".formatted(file(list)));
    }
    if (names.isEmpty()) {
      return;
    }
    written.add(file(list));
    if (there.isEmpty()) {
      var text = names.stream().map(name -> name + "\n").collect(Collectors.joining());
      try {
        AtomicFile.write(file(list), text.getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /// The list files of all lists that were written or are there.
  List<Path> files() {
    return List.copyOf(written);
  }

  boolean hasLabels() {
    return Files.isRegularFile(labels);
  }

  /// Writes the labels of all images as `cls_labels_onehot.npy`. If the file is there, its labels
  /// are kept and must be the same.
  ///
  /// @throws DataException naming the first image whose labels are others
  void writeLabels(ClassLabels found, List<String> classNames) {
    if (!hasLabels()) {
      found.write(labels);
      return;
    }
    var there = ClassLabels.read(labels, classNames, found.names());
    int same = 0;
    for (var name : found.names()) {
      if (there.contains(name)) {
        requireSame(name, there, found);
        same++;
      }
    }
    listener.onMessage("%s has the same labels for %s images".formatted(labels, same));
    if (same < found.names().size()) {
      there.with(found).write(labels);
    }
  }

  private void requireSame(String name, ClassLabels there, ClassLabels found) {
    if (!Arrays.equals(there.multiHot(name), found.multiHot(name))) {
      throw new DataException(
          "%s has other labels for '%s' than the annotations; move it away"
              .formatted(labels, name));
    }
  }
}
