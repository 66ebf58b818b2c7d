package toco.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The files of a folder in formats of images that are not read, by their endings.
final class UnreadFormats {
  private static final Set<String> PICTURES =
      Set.of(
          "apng", "arw", "avif", "cr2", "cr3", "dng", "exr", "gif", "hdr", "heic", "heif", "ico",
          "j2k", "jp2", "jxl", "nef", "nii", "orf", "pbm", "pgm", "pnm", "ppm", "psd", "raf", "raw",
          "rw2", "tga");

  /// Files that may be images, or something else.
  private static final Set<String> PERHAPS = Set.of("npy", "pdf", "svg");

  private final SortedMap<String, List<Path>> byEnding = new TreeMap<>();

  /// Counts a file if it is in such a format.
  void add(Path file) {
    var name = String.valueOf(file.getFileName());
    var ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    if (PICTURES.contains(ending) || PERHAPS.contains(ending)) {
      byEnding.computeIfAbsent(ending, _ -> new ArrayList<>()).add(file);
    }
  }

  /// One line per ending, with the number of files and an example.
  List<String> lines() {
    return byEnding.entrySet().stream()
        .map(entry ->
            "%s .%s, such as %s"
                .formatted(entry.getValue().size(), entry.getKey(), first(entry.getValue())))
        .toList();
  }

  /// All in one line, with the remedy; empty if there are none.
  ///
  /// @param onlyPictures leaves out files that may be something else, such as `.npy`
  Optional<String> text(boolean onlyPictures) {
    var wanted = new TreeMap<>(byEnding);
    wanted.keySet().removeIf(ending -> onlyPictures && !PICTURES.contains(ending));
    if (wanted.isEmpty()) {
      return Optional.empty();
    }
    var counts =
        wanted.entrySet().stream()
            .map(entry -> "%s .%s".formatted(entry.getValue().size(), entry.getKey()))
            .collect(Collectors.joining(", "));
    return Optional.of(
        "files in formats that are not read: %s, such as %s; convert images to PNG or JPEG"
            .formatted(counts, first(wanted.firstEntry().getValue())));
  }

  private static Path first(List<Path> files) {
    return files.stream().min(Comparator.naturalOrder()).orElseThrow();
  }
}
