package toco.torch;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// The folder in which LibTorch and shims are installed: `$XDG_CACHE_HOME/toco`, or else
/// `~/.cache/toco`. The same rules as in `native/libtorch.sh`.
public final class CacheFolder {
  private CacheFolder() {}

  /// A relative XDG_CACHE_HOME is ignored, as the XDG specification says. Files of settings, unlike
  /// the shell, leave blanks, quotes and `~` in a value, so they are interpreted here.
  ///
  /// @param environment environment variables
  /// @param userHome the user's folder where HOME is not set
  /// @throws java.nio.file.InvalidPathException if this system cannot have a file of that name
  public static Path of(Map<String, String> environment, String userHome) {
    var variable = environment.getOrDefault("HOME", "");
    var home = Path.of(variable.isEmpty() ? userHome : variable);
    var xdg = tidied(environment.getOrDefault("XDG_CACHE_HOME", ""), home);
    return (xdg.isAbsolute() ? xdg : home.resolve(".cache")).resolve("toco");
  }

  private static Path tidied(String value, Path home) {
    if (Files.exists(Path.of(value))) {
      return Path.of(value);
    }
    var path = value.strip();
    if (path.matches("\"[^\"]*\"|'[^']*'")) {
      path = path.substring(1, path.length() - 1);
    }
    return path.equals("~") || path.startsWith("~/")
        ? home.resolve(path.substring(1).replaceFirst("^/+", ""))
        : Path.of(path);
  }
}
