package toco.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.List;

/// The two spellings of accented letters in Unicode: as one character, as most systems write file
/// names, or as a letter and its accent, as macOS does. A name in one of them means the file with
/// the other.
final class AccentSpelling {
  private AccentSpelling() {}

  /// With one character for each accented letter.
  static String composed(String name) {
    return isAscii(name) ? name : Normalizer.normalize(name, Normalizer.Form.NFC);
  }

  /// The file in the folder, in the spelling in which it exists; as given if it does not.
  static Path file(Path folder, String name) {
    var file = folder.resolve(name);
    if (isAscii(name) || Files.exists(file)) {
      return file;
    }
    for (var form : List.of(Normalizer.Form.NFC, Normalizer.Form.NFD)) {
      var other = folder.resolve(Normalizer.normalize(name, form));
      if (Files.exists(other)) {
        return other;
      }
    }
    return file;
  }

  private static boolean isAscii(String name) {
    return name.chars().allMatch(c -> c < 128);
  }
}
