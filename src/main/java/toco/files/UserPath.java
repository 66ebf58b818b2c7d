package toco.files;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Paths in text that no shell has read: `~` and `~/…` stand for the user's home folder, as a shell
/// would replace them. A file that is really named so is `./~`.
public final class UserPath {
  private static final String HOME = "~";

  private UserPath() {}

  /// The path that a text names.
  ///
  /// @throws IllegalArgumentException if it needs a home folder that is not known, or starts with
  ///   another user's, `~name`, and nothing has that name; or if this system cannot have such a
  ///   name
  public static Path of(String text) {
    return of(text, homeFolder());
  }

  static Path of(String text, Optional<Path> home) {
    if (!text.startsWith(HOME)) {
      return path(text);
    }
    int end = text.indexOf('/');
    var first = end < 0 ? text : text.substring(0, end);
    if (first.equals(HOME)) {
      return home.orElseThrow(() ->
              new IllegalArgumentException(
                  ("the home folder in '%s' is not known; set HOME, or write the folder's name"
                          + " instead of ~")
                      .formatted(text)))
          .resolve(text.substring(1).replaceFirst("^/+", ""));
    }
    if (!Files.exists(path(first))) {
      throw new IllegalArgumentException(
          "'%s': only ~ and ~/ are replaced; write the folder of %s in full, or ./%s for a file of"
                  .formatted(text, first, first)
              + " that name");
    }
    return path(text);
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("'%s': %s".formatted(text, NativeNames.problem()), e);
    }
  }

  /// The user's home folder: `HOME`, or the one in the system's list of users; empty if there is
  /// neither, as in some services and containers.
  public static Optional<Path> homeFolder() {
    return homeFolder(System.getenv(), System.getProperty("user.home", ""));
  }

  /// The same of another process.
  ///
  /// @param listed the system property `user.home`
  static Optional<Path> homeFolder(Map<String, String> environment, String listed) {
    var home = environment.getOrDefault("HOME", "");
    var folder = home.isEmpty() ? listed : home;
    return folder.startsWith("/") ? Optional.of(Path.of(folder)) : Optional.empty(); // Java: "?"
  }
}
