package toco.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/// Functions on paths of image files, as text with `/` between folders.
public final class ImageNames {
  private static final Pattern EXTENSION =
      Pattern.compile("\\.(jpe?g|jpe|jfif|png)$", Pattern.CASE_INSENSITIVE);

  /// Of an image whose ending is not known, in order.
  private static final List<String> ENDINGS =
      List.of(
          ".jpg", ".JPG", ".jpeg", ".JPEG", ".png", ".PNG", ".Jpg", ".Jpeg", ".Png", ".jpe", ".JPE",
          ".jfif", ".JFIF");

  private ImageNames() {}

  static boolean isImage(String path) {
    return EXTENSION.matcher(path).find();
  }

  /// The image of a name in a folder, with any ending.
  ///
  /// @return the path with `.jpg` if there is none
  static Path file(Path folder, String name) {
    for (var ending : ENDINGS) {
      var file = folder.resolve(name + ending);
      if (Files.exists(file)) {
        return file;
      }
    }
    return folder.resolve(name + ENDINGS.getFirst());
  }

  /// The path without `.jpg`, `.jpeg`, `.jpe`, `.jfif` or `.png`, in upper or lower case; other
  /// paths unchanged.
  public static String withoutExtension(String path) {
    return EXTENSION.matcher(path).replaceFirst("");
  }

  /// The file name: the part after the last `/`.
  static String last(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
