package toco.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// Functions on paths of image files, as text with `/` between folders.
public final class ImageNames {
  private static final Pattern EXTENSION =
      Pattern.compile(
          "\\.(jpe?g|jpe|jfif|png|tiff?|bmp|dib|webp|dcm|dicom)$", Pattern.CASE_INSENSITIVE);

  /// Of an image whose ending is not known, in order.
  private static final List<String> ENDINGS =
      List.of(
          ".jpg", ".JPG", ".jpeg", ".JPEG", ".png", ".PNG", ".Jpg", ".Jpeg", ".Png", ".jpe", ".JPE",
          ".jfif", ".JFIF", ".tif", ".TIF", ".tiff", ".TIFF", ".bmp", ".BMP", ".dib", ".DIB",
          ".webp", ".WEBP", ".dcm", ".DCM", ".dicom", ".DICOM");

  private ImageNames() {}

  static boolean isImage(String path) {
    return EXTENSION.matcher(path).find();
  }

  /// The image of a name in a folder, with any ending.
  ///
  /// @return the path with `.jpg` if there is none
  static Path file(Path folder, String name) {
    for (var ending : ENDINGS) {
      var file = AccentSpelling.file(folder, name + ending);
      if (Files.exists(file)) {
        return file;
      }
    }
    return folder.resolve(name + ENDINGS.getFirst());
  }

  /// The path without the ending of an image, in upper or lower case; other paths unchanged.
  public static String withoutExtension(String path) {
    return EXTENSION.matcher(path).replaceFirst("");
  }

  /// The file name: the part after the last `/`.
  static String last(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /// A file next to a missing one whose name differs in the ending or in upper and lower case, as a
  /// clause; empty if there is none.
  static String similar(String name, Path missing) {
    var expected = stem(missing.getFileName().toString());
    var listed = stem(last(name));
    try (var files = Files.list(missing.resolveSibling(""))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> stem(file).equals(expected) || stem(file).equals(listed))
          .min(Comparator.naturalOrder())
          .map(", but there is %s"::formatted)
          .orElse("");
    } catch (IOException | UncheckedIOException e) {
      return "";
    }
  }

  private static String stem(String file) {
    int dot = file.lastIndexOf('.');
    return (dot > 0 ? file.substring(0, dot) : file).toLowerCase(Locale.ROOT);
  }
}
