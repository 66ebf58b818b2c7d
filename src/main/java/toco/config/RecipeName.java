package toco.config;

import java.util.Locale;
import java.util.Map;

/// The recipes that can be trained: what is minimised, and with which networks.
public enum RecipeName {
  /// ToCo (arXiv:2303.01267).
  TOCO;

  /// Where this recipe's defaults differ from those of ToCo: key and value as in a YAML file.
  Map<String, String> defaults() {
    return switch (this) {
      case TOCO -> Map.of();
    };
  }

  /// Whether a key means something to this recipe; else it must not be set.
  ///
  /// @param key dotted
  boolean has(String key) {
    return RecipeKeys.DECLARED.has(toString(), key);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
