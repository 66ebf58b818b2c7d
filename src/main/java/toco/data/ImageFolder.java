package toco.data;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/// The JPEG and PNG images anywhere beneath a folder, by name: the path beneath the folder without
/// its extension, `beach/IMG_1`, or with it where two files differ in nothing else. Hidden files
/// and folders are passed over; links are followed.
public final class ImageFolder {
  private final Path folder;
  private final SequencedMap<String, Path> byName;
  private final Map<String, String> nameOf = new HashMap<>(); // of a path beneath the folder
  private final Map<String, List<String>> pathsOf = new HashMap<>(); // of a file name, or its stem

  private ImageFolder(Path folder, List<String> paths) {
    this.folder = folder;
    var stems = new HashMap<String, Integer>();
    paths.forEach(path -> stems.merge(ImageNames.withoutExtension(path), 1, Integer::sum));
    var named = new TreeMap<String, Path>();
    for (var path : paths) {
      var stem = ImageNames.withoutExtension(path);
      var name = stems.getOrDefault(stem, 0) == 1 ? stem : path;
      if (named.put(name, folder.resolve(path)) != null) {
        throw new DataException(
            "two images in %s have the name %s; rename one".formatted(folder, name));
      }
      nameOf.put(path, name);
      var file = ImageNames.last(path);
      pathsOf.computeIfAbsent(file, _ -> new ArrayList<>()).add(path);
      pathsOf.computeIfAbsent(ImageNames.withoutExtension(file), _ -> new ArrayList<>()).add(path);
    }
    byName = Collections.unmodifiableSequencedMap(named);
  }

  /// Looks for images.
  ///
  /// @param except a folder that is left out, such as that of the masks
  /// @throws DataException if the folder is missing or unreadable
  public static ImageFolder scan(Path folder, Path except) {
    if (!Files.isDirectory(folder)) {
      throw new DataException(
          "the image folder %s does not exist; set data.root to the folder of your images"
              .formatted(folder));
    }
    var paths = new ArrayList<String>();
    try {
      var options = EnumSet.of(FileVisitOption.FOLLOW_LINKS);
      Files.walkFileTree(folder, options, Integer.MAX_VALUE, new Visitor(folder, except, paths));
    } catch (FileSystemLoopException e) {
      throw new DataException(
          "%s is a link that leads back into %s; take it away".formatted(e.getFile(), folder), e);
    } catch (IOException e) {
      throw new DataException("cannot look into %s: %s".formatted(folder, e), e);
    }
    return new ImageFolder(folder, paths);
  }

  /// The images by name, in the order of the names.
  public SequencedMap<String, Path> byName() {
    return byName;
  }

  /// Whether no other image has the same name in another sub-folder.
  boolean isAlone(String name) {
    return pathsOf.getOrDefault(ImageNames.last(name), List.of()).size() == 1;
  }

  /// The name of the image that a list or a label means: by its path beneath the folder or the end
  /// of it, with or without extension.
  ///
  /// @return empty if there is no such image
  /// @throws DataException if several are meant
  Optional<String> find(String reference) {
    var wanted = reference.replace('\\', '/').replaceFirst("^(\\./)+", "");
    if (byName.containsKey(wanted)) {
      return Optional.of(wanted);
    }
    var exact = nameOf.get(wanted);
    if (exact != null) {
      return Optional.of(exact);
    }
    var ending = "/" + wanted;
    var meant =
        pathsOf.getOrDefault(ImageNames.last(wanted), List.of()).stream()
            .filter(path ->
                ("/" + path).endsWith(ending)
                    || ("/" + ImageNames.withoutExtension(path)).endsWith(ending))
            .toList();
    if (meant.size() > 1) {
      throw new DataException(
          "'%s' means several images in %s: %s and %s; name it with its sub-folder and extension"
              .formatted(reference, folder, meant.get(0), meant.get(1)));
    }
    return meant.stream().findFirst().map(nameOf::get);
  }

  private static final class Visitor extends SimpleFileVisitor<Path> {
    private final Path folder;
    private final Path except;
    private final List<String> paths;

    Visitor(Path folder, Path except, List<String> paths) {
      this.folder = folder;
      this.except = except.normalize();
      this.paths = paths;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
      boolean passed = isHidden(dir) || dir.normalize().equals(except);
      return passed && !dir.equals(folder)
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (!isHidden(file) && ImageNames.isImage(file.toString()) && attributes.isRegularFile()) {
        paths.add(folder.relativize(file).toString().replace(File.separatorChar, '/'));
      }
      return FileVisitResult.CONTINUE;
    }

    private static boolean isHidden(Path path) {
      var name = path.getFileName();
      return name != null && name.toString().startsWith(".");
    }
  }
}
