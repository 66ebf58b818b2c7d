package toco.data;

import java.util.regex.Pattern;

/// Names of image files as text, with `/` between folders.
public final class ImageNames {
  private static final Pattern EXTENSION =
      Pattern.compile("\\.(jpe?g|png)$", Pattern.CASE_INSENSITIVE);

  private ImageNames() {}

  static boolean isImage(String path) {
    return EXTENSION.matcher(path).find();
  }

  /// The path without `.jpg`, `.jpeg` or `.png`, in any case; other paths as they are.
  public static String withoutExtension(String path) {
    return EXTENSION.matcher(path).replaceFirst("");
  }

  /// What follows the last folder.
  static String last(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
