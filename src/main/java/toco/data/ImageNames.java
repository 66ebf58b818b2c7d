package toco.data;

import java.util.regex.Pattern;

/// Functions on paths of image files, as text with `/` between folders.
public final class ImageNames {
  private static final Pattern EXTENSION =
      Pattern.compile("\\.(jpe?g|png)$", Pattern.CASE_INSENSITIVE);

  private ImageNames() {}

  static boolean isImage(String path) {
    return EXTENSION.matcher(path).find();
  }

  /// The path without `.jpg`, `.jpeg` or `.png`, in upper or lower case; other paths unchanged.
  public static String withoutExtension(String path) {
    return EXTENSION.matcher(path).replaceFirst("");
  }

  /// The file name: the part after the last `/`.
  static String last(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
