package toco.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// The files of annotations in a folder.
final class AnnotationFiles {
  private AnnotationFiles() {}

  /// The files with an ending, in upper or lower case, sub-folders included, in order. Hidden files
  /// are skipped.
  ///
  /// @param ending such as `.xml`
  /// @throws DataException if the folder cannot be read
  static List<Path> in(Path folder, String ending) {
    try (var files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      return files
          .filter(file -> !String.valueOf(file.getFileName()).startsWith("."))
          .filter(file -> file.toString().toLowerCase(Locale.ROOT).endsWith(ending))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new DataException("cannot read the folder %s: %s".formatted(folder, e), e);
    } catch (UncheckedIOException e) {
      throw new DataException("cannot read the folder %s: %s".formatted(folder, e.getCause()), e);
    }
  }

  /// The path of a file relative to the folder without its ending, with `/` between folders.
  static String name(Path folder, Path file, String ending) {
    var path = folder.relativize(file).toString();
    return path.substring(0, path.length() - ending.length()).replace('\\', '/');
  }
}
