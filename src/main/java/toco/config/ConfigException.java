package toco.config;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// A configuration cannot be used. The message is one line for the user: where (file and line, or
/// the `--set`), which key, what was expected, what was found.
public final class ConfigException extends IllegalArgumentException {
  @Serial private static final long serialVersionUID = 1L;

  private final @Nullable String key;

  ConfigException(@Nullable String key, String message) {
    super(message);
    this.key = key;
  }

  /// An error that is only found when the configuration is used, such as a file of the wrong kind.
  ///
  /// @param key the dotted key at fault
  /// @param message one line
  public static ConfigException of(String key, String message) {
    return new ConfigException(key, message);
  }

  /// The dotted key at fault (`train.warmupIters`), or null if it is not a single key.
  public @Nullable String key() {
    return key;
  }

  /// The same error with the place it comes from.
  ConfigException at(String origin) {
    var located = new ConfigException(key, origin + ": " + getMessage());
    located.setStackTrace(getStackTrace());
    return located;
  }
}
