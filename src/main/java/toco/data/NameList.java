package toco.data;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import toco.files.IoReason;

/// A list file: one name a line, blank lines ignored. Where a folder's images need no list, the
/// names of its labels.
///
/// @param file where it was read
/// @param entries the names and the lines they stand on, in order
record NameList(Path file, List<Entry> entries) {
  /// @param name without the spaces around it
  /// @param line from 1; 0: in no line
  record Entry(String name, int line) {}

  /// Reads a list of image names.
  ///
  /// @throws DataException if there is no such file, a line holds more than a name, or there is no
  ///   name at all
  static NameList read(Path file) {
    var list = readFiles(file);
    for (var entry : list.entries) {
      if (entry.name.chars().anyMatch(Character::isWhitespace)) {
        throw new DataException(
            "line %d of %s is '%s'; expected one image name without spaces or extension"
                .formatted(entry.line, file, DataException.shortened(entry.name)));
      }
    }
    return list;
  }

  /// Reads a list of image names that may hold spaces and extensions.
  ///
  /// @throws DataException if there is no such file, or it has no name
  static NameList readFiles(Path file) {
    var entries = new ArrayList<Entry>();
    var lines = lines(file);
    for (int i = 0; i < lines.size(); i++) {
      var line =
          i == 0 && lines.get(i).startsWith("\uFEFF") ? lines.get(i).substring(1) : lines.get(i);
      if (!line.isBlank()) {
        entries.add(new Entry(line.strip(), i + 1));
      }
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
      throw new DataException("cannot read " + file + ": " + IoReason.of(e), e);
    }
  }

  /// Where an entry stands, for an error message.
  String origin(Entry entry) {
    return entry.line == 0 ? "in " + file : "line %d of %s".formatted(entry.line, file);
  }

  List<String> names() {
    return entries.stream().map(Entry::name).toList();
  }
}
