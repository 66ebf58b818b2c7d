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

/// The JPEG and PNG images anywhere under a folder, by name: the path relative to the folder
/// without the extension, `beach/IMG_1`, or with it where two files differ only in the extension.
/// Hidden files and folders are skipped; links are followed.
public final class ImageFolder {
  private final Path folder;
  private final SequencedMap<String, Path> byName;
  private final Map<String, String> nameOf = new HashMap<>(); // by path relative to the folder
  private final Map<String, List<String>> pathsOf =
      new HashMap<>(); // by file name, and by its stem

  private final ImageReferences references;
  private final UnreadFormats unread;

  private ImageFolder(Path folder, List<String> paths, UnreadFormats unread) {
    this.folder = folder;
    this.unread = unread;
    var stems = new HashMap<String, Integer>();
    paths.forEach(path -> stems.merge(ImageNames.withoutExtension(path), 1, Integer::sum));
    var named = new TreeMap<String, Path>();
    for (var path : paths) {
      var stem = ImageNames.withoutExtension(path);
      var name = stems.getOrDefault(stem, 0) == 1 ? stem : path;
      if (named.put(name, folder.resolve(path)) != null) {
        throw new DataException(
            "two images in %s have the name %s; rename one of them".formatted(folder, name));
      }
      nameOf.put(path, name);
      var file = ImageNames.last(path);
      pathsOf.computeIfAbsent(file, _ -> new ArrayList<>()).add(path);
      pathsOf.computeIfAbsent(ImageNames.withoutExtension(file), _ -> new ArrayList<>()).add(path);
    }
    byName = Collections.unmodifiableSequencedMap(named);
    references = new ImageReferences(nameOf.keySet());
  }

  /// Finds the images.
  ///
  /// @param except a folder to skip, such as that of the masks
  /// @throws DataException if the folder is missing or unreadable
  public static ImageFolder scan(Path folder, Path except) {
    if (!Files.isDirectory(folder)) {
      throw new DataException(
          "the image folder %s does not exist; set data.root to the folder of your images"
              .formatted(folder));
    }
    var paths = new ArrayList<String>();
    var unread = new UnreadFormats();
    try {
      var options = EnumSet.of(FileVisitOption.FOLLOW_LINKS);
      Files.walkFileTree(
          folder, options, Integer.MAX_VALUE, new Visitor(folder, except, paths, unread));
    } catch (FileSystemLoopException e) {
      throw new DataException(
          "%s is a link back into %s, which makes a loop; remove the link"
              .formatted(e.getFile(), folder),
          e);
    } catch (IOException e) {
      throw new DataException("cannot read the folder %s: %s".formatted(folder, e), e);
    }
    return new ImageFolder(folder, paths, unread);
  }

  /// The images by name, sorted by name.
  public SequencedMap<String, Path> byName() {
    return byName;
  }

  /// Images in formats that are not read, in one line.
  public Optional<String> unreadImages() {
    return unread.text(true);
  }

  /// Files in the folder in formats that are not read; some, such as `.npy`, may be no images.
  UnreadFormats unread() {
    return unread;
  }

  /// The same in one line.
  public Optional<String> unreadFiles() {
    return unread.text(false);
  }

  /// Whether no image in another sub-folder has the same file name.
  boolean isUnique(String name) {
    return pathsOf.getOrDefault(ImageNames.last(name), List.of()).size() == 1;
  }

  /// The name of the image that a list or a label refers to by its path relative to the folder or
  /// by the end of that path, with or without extension, or otherwise as [ImageReferences] says.
  ///
  /// @return empty if there is no such image
  /// @throws DataException if the reference matches several images
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
    var matches =
        pathsOf.getOrDefault(ImageNames.last(wanted), List.of()).stream()
            .filter(path ->
                ("/" + path).endsWith(ending)
                    || ("/" + ImageNames.withoutExtension(path)).endsWith(ending))
            .toList();
    if (matches.size() > 1) {
      throw new DataException(
          "'%s' matches several images in %s: %s and %s; add its sub-folder and extension"
              .formatted(reference, folder, matches.get(0), matches.get(1)));
    }
    return matches.stream().findFirst().or(() -> references.find(reference)).map(nameOf::get);
  }

  private static final class Visitor extends SimpleFileVisitor<Path> {
    private final Path folder;
    private final Path except;
    private final List<String> paths;
    private final UnreadFormats unread;

    Visitor(Path folder, Path except, List<String> paths, UnreadFormats unread) {
      this.folder = folder;
      this.except = except.normalize();
      this.paths = paths;
      this.unread = unread;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
      boolean isSkipped = isHidden(dir) || dir.normalize().equals(except);
      return isSkipped && !dir.equals(folder)
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (!isHidden(file) && ImageNames.isImage(file.toString()) && attributes.isRegularFile()) {
        paths.add(folder.relativize(file).toString().replace(File.separatorChar, '/'));
      } else if (!isHidden(file)) {
        unread.add(file);
      }
      return FileVisitResult.CONTINUE;
    }

    private static boolean isHidden(Path path) {
      var name = path.getFileName();
      return name != null && name.toString().startsWith(".");
    }
  }
}
