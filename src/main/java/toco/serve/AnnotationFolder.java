package toco.serve;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import toco.data.DataException;
import toco.files.AtomicFile;
import toco.files.IoReason;
import toco.image.ImageSize;
import toco.image.ImageWriter;
import toco.image.LabelMap;

/// The folder of corrections. Nothing is ever written outside of it: not by a name with `..`, and
/// not through a link in it.
final class AnnotationFolder {
  private final Path root; // real

  /// Creates the folder if it does not exist.
  ///
  /// @throws DataException if that is not possible
  AnnotationFolder(Path given) {
    try {
      root = Files.createDirectories(given).toRealPath();
    } catch (IOException e) {
      throw new DataException(
          "cannot write annotations to %s: %s; name another folder with --annotations"
              .formatted(given, IoReason.of(e)),
          e);
    }
  }

  Path root() {
    return root;
  }

  /// The file of this name.
  ///
  /// @param parts folders and file name, which may have `/` between further folders
  /// @throws HttpProblem if it would be outside of the folder
  Path file(String... parts) {
    var name = String.join("/", parts);
    Path file;
    try {
      file = root.resolve(name).normalize();
    } catch (InvalidPathException e) {
      throw HttpProblem.conflict("the file system has no name %s".formatted(Query.quoted(name)));
    }
    if (!file.startsWith(root) || file.equals(root)) {
      throw HttpProblem.conflict(
          "the image's name %s leads out of the folder of annotations"
              .formatted(Query.quoted(name)));
    }
    return file;
  }

  void writeText(Path file, String text) {
    write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /// Writes a label map as a palette PNG.
  ///
  /// @param labels \[H·W]
  void writeLabels(Path file, byte[] labels, ImageSize size) {
    write(
        file,
        ImageWriter.png(
            new LabelMap(MemorySegment.ofArray(labels), size.widthPx(), size.heightPx())));
  }

  /// Writes a file whole or not at all.
  void write(Path file, byte[] content) {
    try {
      var folder = Objects.requireNonNull(file.getParent());
      requireNoLinks(folder);
      Files.createDirectories(folder);
      if (!folder.toRealPath().startsWith(root) || Files.isSymbolicLink(file)) {
        throw outside(file);
      }
      AtomicFile.write(file, content);
    } catch (IOException e) {
      throw HttpProblem.conflict(
          "cannot write %s: %s; check the folder and the free space"
              .formatted(name(file), IoReason.of(e)));
    }
  }

  void delete(Path file) {
    try {
      requireNoLinks(Objects.requireNonNull(file.getParent()));
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw HttpProblem.conflict("cannot delete %s: %s".formatted(name(file), IoReason.of(e)));
    }
  }

  /// A file's content; null if there is none.
  byte @Nullable [] read(Path file) throws IOException {
    return Files.isRegularFile(file) ? Files.readAllBytes(file) : null;
  }

  /// The path below the folder, with `/`.
  String name(Path file) {
    return root.relativize(file).toString().replace(File.separatorChar, '/');
  }

  /// No folder between the root and a file may be a link.
  private void requireNoLinks(Path folder) {
    for (var at = folder; !at.equals(root); at = Objects.requireNonNull(at.getParent())) {
      if (Files.isSymbolicLink(at)) {
        throw outside(at);
      }
    }
  }

  private HttpProblem outside(Path file) {
    return HttpProblem.conflict(
        "%s is a link, and annotations are written to no other place; remove it"
            .formatted(name(file)));
  }
}
