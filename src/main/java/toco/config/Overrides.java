package toco.config;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Changes to keys of a configuration, in order: of several for the same key the last one counts.
///
/// Every place that applies or inspects a `--set KEY=VALUE` uses this class, so that all agree on
/// what a text sets.
///
/// @param settings may be of unknown keys; [Config#load(java.nio.file.Path, Overrides)] refuses
///   them
public record Overrides(List<Setting> settings) {
  /// No changes.
  public static final Overrides NONE = new Overrides(List.of());

  public Overrides {
    settings = List.copyOf(settings);
  }

  /// One change.
  ///
  /// @param key dotted, such as `train.maxIters`
  /// @param value YAML, or literal text where the key's value is a path or other text
  public record Setting(String key, String value) {

    /// Parses `KEY=VALUE`. Whitespace around key and value is ignored; the value may be empty and
    /// may contain `=`.
    static Setting parse(String text) {
      int equals = text.indexOf('=');
      var key = equals < 0 ? "" : text.substring(0, equals).strip();
      if (key.isEmpty()) {
        throw new ConfigException(
            null,
            "--set %s: expected KEY=VALUE, such as train.maxIters=100, got no %s; see toco config"
                    .formatted(text, equals < 0 ? "'='" : "key")
                + " --describe for all keys");
      }
      return new Setting(key, text.substring(equals + 1).strip());
    }

    /// What error messages call it.
    String origin() {
      return "--set %s=%s".formatted(key, value);
    }
  }

  /// Parses texts of the form `KEY=VALUE`.
  ///
  /// @throws ConfigException naming the first text of another form
  public static Overrides parse(List<String> texts) {
    return new Overrides(texts.stream().map(Setting::parse).toList());
  }

  /// One change.
  ///
  /// @param value taken as it is, whitespace included
  public static Overrides of(String key, Object value) {
    return new Overrides(List.of(new Setting(key, value.toString())));
  }

  /// Whether the key is set.
  public boolean has(String key) {
    return settings.stream().anyMatch(setting -> setting.key.equals(key));
  }

  /// What the key is set to last.
  public Optional<String> last(String key) {
    return settings.reversed().stream()
        .filter(setting -> setting.key.equals(key))
        .map(Setting::value)
        .findFirst();
  }

  /// Those that concern a recipe: all but the changes of keys that it does not have.
  public Overrides onlyFor(RecipeName recipe) {
    return new Overrides(settings.stream().filter(it -> recipe.has(it.key)).toList());
  }

  /// These changes and, after them, one more; `key` and `value` as in [#of].
  public Overrides plus(String key, Object value) {
    return plus(of(key, value));
  }

  /// These changes and, after them, others.
  public Overrides plus(Overrides later) {
    return new Overrides(Stream.concat(settings.stream(), later.settings.stream()).toList());
  }
}
