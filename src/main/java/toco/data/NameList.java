package toco.data;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A list file: one name a line, blank lines ignored.
///
/// @param file where it was read
/// @param entries the names and the lines they stand on, in order
record NameList(Path file, List<Entry> entries) {
  /// @param name without the spaces around it
  /// @param line from 1
  record Entry(String name, int line) {}

  /// Reads a list of image names.
  ///
  /// @throws DataException if there is no such file, a line holds more than a name, or there is no
  ///   name at all
  static NameList read(Path file) {
    var entries = new ArrayList<Entry>();
    var lines = lines(file);
    for (int i = 0; i < lines.size(); i++) {
      String name = lines.get(i).strip();
      if (name.isEmpty()) {
        continue;
      }
      if (name.chars().anyMatch(Character::isWhitespace)) {
        throw new DataException(
            "line %d of %s is '%s'; expected one image name without spaces or extension"
                .formatted(i + 1, file, name));
      }
      entries.add(new Entry(name, i + 1));
    }
    if (entries.isEmpty()) {
      throw new DataException("the list " + file + " is empty; it needs one image name a line");
    }
    return new NameList(file, List.copyOf(entries));
  }

  /// The lines of a text file.
  static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (NoSuchFileException e) {
      throw new DataException(
          "no list file " + file + "; check data.root, the lists' folder and the split's name", e);
    } catch (MalformedInputException e) {
      throw new DataException(file + " is not UTF-8 text; a list has one image name a line", e);
    } catch (IOException e) {
      throw new DataException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  List<String> names() {
    return entries.stream().map(Entry::name).toList();
  }
}
