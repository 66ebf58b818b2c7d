package toco.library;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// The folder in which LibTorch and shims are installed: `$XDG_CACHE_HOME/toco`, or else
/// `~/.cache/toco`. The same rules as in `native/libtorch.sh`.
public final class CacheFolder {
  private CacheFolder() {}

  /// A relative XDG_CACHE_HOME is ignored, as the XDG specification says. Files of settings, unlike
  /// the shell, leave blanks, quotes and `~` in a value, so they are interpreted here.
  ///
  /// @param environment environment variables
  /// @param userHome the user's folder where HOME is not set; `?` if the system does not know it
  /// @return empty if no variable says where, and the user has no home folder
  /// @throws java.nio.file.InvalidPathException if this system cannot have a file of that name
  public static Optional<Path> of(Map<String, String> environment, String userHome) {
    var home = home(environment, userHome);
    return tidied(environment.getOrDefault("XDG_CACHE_HOME", ""), home)
        .filter(Path::isAbsolute)
        .or(() -> home.map(folder -> folder.resolve(".cache")))
        .map(folder -> folder.resolve("toco"));
  }

  /// A path in a variable or property, in which no shell has replaced `~/`; empty if that needs a
  /// home folder that is not known.
  static Optional<Path> path(String text, Map<String, String> environment, String userHome) {
    return tidied(text, home(environment, userHome));
  }

  private static Optional<Path> home(Map<String, String> environment, String userHome) {
    var variable = environment.getOrDefault("HOME", "");
    return Optional.of(Path.of(variable.isEmpty() ? userHome : variable)).filter(Path::isAbsolute);
  }

  private static Optional<Path> tidied(String value, Optional<Path> home) {
    if (Files.exists(Path.of(value))) {
      return Optional.of(Path.of(value));
    }
    var path = value.strip();
    if (path.matches("\"[^\"]*\"|'[^']*'")) {
      path = path.substring(1, path.length() - 1);
    }
    if (!path.equals("~") && !path.startsWith("~/")) {
      return Optional.of(Path.of(path));
    }
    var inHome = path.substring(1).replaceFirst("^/+", "");
    return home.map(folder -> folder.resolve(inHome));
  }
}
