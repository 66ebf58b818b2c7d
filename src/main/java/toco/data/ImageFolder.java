package toco.data;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/// The images anywhere under a folder, recognised by their endings, by name: the path relative to
/// the folder without the extension, `beach/IMG_1`, or with it where the name would not be unique.
///
/// Links are followed. Skipped are hidden files and folders, the system's own folders such as
/// `@eaDir` and `lost+found`, and folders of results of this program.
public final class ImageFolder {
  private final Path folder;
  private final SequencedMap<String, Path> byName;
  private final Map<String, String> nameOf = new HashMap<>(); // by path relative to the folder
  private final Map<String, String> pathOf = new HashMap<>(); // relative to the folder, by name
  private final Map<String, List<String>> pathsOf =
      new HashMap<>(); // by file name, and by its stem, in one spelling
  private final FolderScan.Found found;

  private final ImageReferences references;

  private ImageFolder(Path folder, FolderScan.Found found) {
    this.folder = folder;
    this.found = found;
    var files = relative(folder, found.images());
    var named = new TreeMap<String, Path>();
    names(files.keySet())
        .forEach((path, name) -> {
          named.put(name, files.getOrDefault(path, folder));
          nameOf.put(path, name);
          pathOf.put(name, path);
          var file = AccentSpelling.composed(ImageNames.last(path));
          for (var key : List.of(file, ImageNames.withoutExtension(file))) {
            pathsOf.computeIfAbsent(key, _ -> new ArrayList<>()).add(path);
          }
        });
    byName = Collections.unmodifiableSequencedMap(named);
    references = new ImageReferences(nameOf.keySet());
  }

  /// Finds the images. What cannot be read in the folder is in [#skipped].
  ///
  /// @param except folders to skip, such as that of the masks, by whatever path they are reached
  /// @throws DataException if the folder itself is missing or unreadable
  public static ImageFolder scan(Path folder, Collection<Path> except) {
    require(folder, "the folder of your images");
    return new ImageFolder(folder, FolderScan.of(folder, except));
  }

  /// Checks that a folder of images exists.
  ///
  /// @param expected what `data.root` must be
  static void require(Path folder, String expected) {
    if (!Files.isDirectory(folder)) {
      throw new DataException(
          "the image folder %s does not exist; set data.root to %s".formatted(folder, expected));
    }
  }

  /// The same with one folder to skip.
  public static ImageFolder scan(Path folder, Path except) {
    return scan(folder, List.of(except));
  }

  /// Whether a folder itself, without its sub-folders, has an image.
  public static boolean hasImages(Path folder) {
    try (var files = Files.list(folder)) {
      return files.anyMatch(file -> ImageNames.isImage(file.toString()));
    } catch (IOException e) {
      return false;
    }
  }

  /// The images by name, sorted by name.
  public SequencedMap<String, Path> byName() {
    return byName;
  }

  /// Images in formats that are not read, in one line.
  public Optional<String> unreadImages() {
    return unread().text(true);
  }

  /// Files in the folder in formats that are not read; some, such as `.npy`, may be no images.
  UnreadFormats unread() {
    return found.unread();
  }

  /// The same in one line.
  public Optional<String> unreadFiles() {
    return unread().text(false);
  }

  /// What may hold images and cannot be read, one line each with the reason.
  public List<String> skipped() {
    return found.skipped();
  }

  /// The folders of results that were skipped.
  public List<Path> results() {
    return found.results();
  }

  /// The path of an image relative to the folder, without its extension; several images can share
  /// it.
  String stem(String name) {
    return ImageNames.withoutExtension(pathOf.getOrDefault(name, name));
  }

  /// Whether no image in another sub-folder has the same file name.
  boolean isUnique(String name) {
    return pathsOf.getOrDefault(AccentSpelling.composed(ImageNames.last(name)), List.of()).size()
        == 1;
  }

  /// The other images whose path differs from this one's only in the extension.
  List<Path> twins(String name) {
    var stem = stem(name);
    return pathsOf.getOrDefault(AccentSpelling.composed(ImageNames.last(stem)), List.of()).stream()
        .filter(path -> ImageNames.withoutExtension(path).equals(stem))
        .map(path -> nameOf.getOrDefault(path, path))
        .filter(other -> !other.equals(name))
        .map(other -> byName.getOrDefault(other, folder))
        .toList();
  }

  /// The name of the image that a list or a label refers to by its path relative to the folder or
  /// by the end of that path, with or without extension, in either spelling of accented letters, or
  /// otherwise as [ImageReferences] says.
  ///
  /// @return empty if there is no such image
  /// @throws DataException if the reference matches several images
  Optional<String> find(String reference) {
    if (byName.containsKey(reference)) {
      return Optional.of(reference);
    }
    var wanted = reference.replace('\\', '/').replaceFirst("^(\\./)+", "");
    if (byName.containsKey(wanted)) {
      return Optional.of(wanted);
    }
    var exact = nameOf.get(wanted);
    if (exact != null) {
      return Optional.of(exact);
    }
    var ending = "/" + AccentSpelling.composed(wanted);
    var matches =
        pathsOf.getOrDefault(ImageNames.last(ending), List.of()).stream()
            .filter(path -> {
              var whole = "/" + AccentSpelling.composed(path);
              return whole.endsWith(ending) || ImageNames.withoutExtension(whole).endsWith(ending);
            })
            .toList();
    if (matches.size() > 1) {
      throw new DataException(
          "'%s' matches several images in %s: %s and %s; add its sub-folder and extension"
              .formatted(reference, folder, matches.get(0), matches.get(1)));
    }
    return matches.stream().findFirst().or(() -> references.find(reference)).map(nameOf::get);
  }

  /// The files by their path as text with `/` between folders. Bytes of a name that are no text
  /// look alike, so equal texts are numbered.
  private static Map<String, Path> relative(Path folder, List<Path> images) {
    var files = new TreeMap<String, Path>();
    images.stream()
        .sorted()
        .forEach(file -> {
          var path = folder.relativize(file).toString().replace(File.separatorChar, '/');
          var stem = ImageNames.withoutExtension(path);
          var text = path;
          for (int i = 2; files.containsKey(text); i++) {
            text = stem + "~" + i + path.substring(stem.length());
          }
          files.put(text, file);
        });
    return files;
  }

  /// A name for each path: without its extension where no other path has that name.
  private static Map<String, String> names(Collection<String> paths) {
    var stems = new HashMap<String, Integer>();
    paths.forEach(path -> stems.merge(ImageNames.withoutExtension(path), 1, Integer::sum));
    var names = new TreeMap<String, String>();
    for (var path : paths) {
      var stem = ImageNames.withoutExtension(path);
      names.put(path, stems.getOrDefault(stem, 0) == 1 ? stem : path);
    }
    boolean changed = true;
    while (changed) { // x.jpg and x.png keep their extension, so x.jpg.png must do so, too
      changed = false;
      for (var entry : names.entrySet()) {
        var name = entry.getValue();
        boolean isOthersPath = !name.equals(entry.getKey()) && name.equals(names.get(name));
        if (isOthersPath) {
          entry.setValue(entry.getKey());
          changed = true;
        }
      }
    }
    return names;
  }
}
