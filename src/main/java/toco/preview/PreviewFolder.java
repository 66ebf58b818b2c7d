package toco.preview;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import toco.files.AtomicFile;
import toco.files.ResultFolder;
import toco.image.ImageWriter;
import toco.image.Picture;
import toco.image.RgbImage;

/// The folder of a preview: `index.html`, and the pictures as `images/sample-001-view1.png`. Names
/// of pictures have the sample's number on the page, not its name.
final class PreviewFolder {
  private static final String PAGE = "index.html";
  private static final String PICTURES = "images";
  private static final Pattern OWN_PICTURE = Pattern.compile("sample-\\d{3,}-[a-z]+\\d*\\.png");

  private final Path path;

  private PreviewFolder(Path path) {
    this.path = path;
  }

  /// Prepares a folder, which is created on the first write.
  ///
  /// @param force accept a folder that is not empty: an older preview in it is deleted, other files
  ///   are kept
  /// @throws IllegalArgumentException if it is not empty and `force` is false
  static PreviewFolder claim(Path path, boolean force) {
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw new IllegalArgumentException(path + " is not a folder; name another with --out");
    }
    if (!force && holdsFiles(path)) {
      throw new IllegalArgumentException(
          "%s is not empty; name another folder with --out, or replace an older preview in it"
                  .formatted(path)
              + " with --force");
    }
    try {
      Files.deleteIfExists(
          path.resolve(PAGE)); // a page must not be left next to pictures of another
      deletePictures(path.resolve(PICTURES));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new PreviewFolder(path);
  }

  /// A picture's address relative to the page.
  ///
  /// @param number of the sample on the page
  static String picture(int number, String what) {
    return String.format(Locale.ROOT, "%s/sample-%03d-%s.png", PICTURES, number, what);
  }

  /// Writes a picture.
  ///
  /// @throws toco.image.ImageException if it cannot be written
  void write(int number, String what, RgbImage image) {
    ImageWriter.writePng(image, file(number, what));
  }

  /// The same for a drawing.
  void write(int number, String what, Picture drawing) {
    ImageWriter.writePng(drawing, file(number, what));
  }

  private Path file(int number, String what) {
    ResultFolder.create(path.resolve(PICTURES));
    return path.resolve(picture(number, what));
  }

  /// Writes the page.
  ///
  /// @return its file
  Path writePage(String html) {
    var file = path.resolve(PAGE);
    try {
      AtomicFile.write(file, html.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  private static boolean holdsFiles(Path path) {
    try (var files = Files.newDirectoryStream(path)) {
      return files.iterator().hasNext();
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void deletePictures(Path folder) throws IOException {
    try (var pictures = Files.newDirectoryStream(folder, PreviewFolder::isOwnPicture)) {
      for (var picture : pictures) {
        Files.delete(picture);
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      // no older preview
    }
  }

  private static boolean isOwnPicture(Path file) {
    return OWN_PICTURE.matcher(file.getFileName().toString()).matches();
  }
}
