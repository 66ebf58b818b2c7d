package toco.data;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import toco.config.DataConfig;
import toco.config.Split;
import toco.files.IoReason;
import toco.files.TextFile;

/// A list file: one name per line, blank lines ignored. For a folder of images without a list, the
/// names in its labels.
///
/// @param file the file that it was read from
/// @param entries the names with their lines, in order
record NameList(Path file, List<Entry> entries) {
  /// @param name without surrounding spaces
  /// @param line from 1; 0: none
  record Entry(String name, int line) {}

  /// Reads a list of image names.
  ///
  /// @throws DataException if the file is missing or empty, or a line holds more than a name
  static NameList read(Path file) {
    var list = readFiles(file);
    for (var entry : list.entries) {
      if (entry.name.chars().anyMatch(Character::isWhitespace)) {
        throw new DataException(
            "line %s of %s is '%s'; expected one image name without spaces or extension"
                .formatted(entry.line, file, DataException.shortened(entry.name)));
      }
    }
    return list;
  }

  /// Reads a list of image names that may hold spaces and extensions.
  ///
  /// @throws DataException if the file is missing or empty
  static NameList readFiles(Path file) {
    var entries = new ArrayList<Entry>();
    var lines = lines(file);
    for (int i = 0; i < lines.size(); i++) {
      var line = lines.get(i);
      if (!line.isBlank()) {
        entries.add(new Entry(line.strip(), i + 1));
      }
    }
    if (entries.isEmpty()) {
      throw new DataException("the list " + file + " is empty; expected one image name per line");
    }
    return new NameList(file, List.copyOf(entries));
  }

  /// The names in all lists of a data set that can be read; the split that needs a list reports why
  /// it cannot be read.
  static Set<String> readable(DataConfig data) {
    var names = new LinkedHashSet<String>();
    for (var split : Split.values()) {
      if (data.hasList(split) && Files.isRegularFile(data.listPath(split))) {
        try {
          names.addAll(readFiles(data.listPath(split)).names());
        } catch (DataException _) {
          // reported where the split is opened
        }
      }
    }
    return names;
  }

  /// The lines of a text file.
  static List<String> lines(Path file) {
    try {
      return TextFile.lines(file);
    } catch (NoSuchFileException e) {
      throw new DataException(
          "there is no list file " + file + "; check data.root and the name of the list", e);
    } catch (CharacterCodingException e) {
      throw new DataException(file + " is not text; expected one image name per line in UTF-8", e);
    } catch (IOException e) {
      throw new DataException("cannot read " + file + ": " + IoReason.of(e), e);
    }
  }

  /// The file and line of an entry, for an error message.
  String origin(Entry entry) {
    return entry.line == 0 ? "in " + file : "line %s of %s".formatted(entry.line, file);
  }

  List<String> names() {
    return entries.stream().map(Entry::name).toList();
  }
}
