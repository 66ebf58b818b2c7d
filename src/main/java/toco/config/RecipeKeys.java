package toco.config;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/// What the recipes have of their own among the keys.
///
/// @param owners the recipes of a key; a key that is not in it belongs to all
/// @param defaults where a recipe's defaults differ from those of the keys, by recipe: key and
///   value as in a YAML file
record RecipeKeys(Map<String, Set<String>> owners, Map<String, Map<String, String>> defaults) {
  static final String RECIPE = "recipe";

  /// Those that the records declare, see [OnlyFor].
  static final RecipeKeys DECLARED = declared();

  private static RecipeKeys declared() {
    var owners = new LinkedHashMap<String, Set<String>>();
    for (var key : Key.ALL.values()) {
      if (!key.recipes().isEmpty()) {
        var names = new LinkedHashSet<String>();
        key.recipes().forEach(recipe -> names.add(recipe.toString()));
        owners.put(key.name(), names);
      }
    }
    var defaults = new LinkedHashMap<String, Map<String, String>>();
    Arrays.stream(RecipeName.values())
        .forEach(recipe -> defaults.put(recipe.toString(), recipe.defaults()));
    return new RecipeKeys(owners, defaults);
  }

  /// Whether a key belongs to a recipe.
  boolean has(String recipe, String key) {
    var its = owners.get(key);
    return its == null || its.contains(recipe);
  }

  /// Checks that a key that is set belongs to the run's recipe.
  ///
  /// @param recipe a known one; any other is refused elsewhere
  void require(String recipe, String key) {
    if (defaults.containsKey(recipe) && !has(recipe, key)) {
      var its = owners.getOrDefault(key, Set.of());
      throw new ConfigException(
          key,
          "%s belongs to recipe %s, but this run has recipe %s; remove it, or set recipe=%s"
              .formatted(key, String.join(" and ", its), recipe, String.join(" or recipe=", its)));
    }
  }

  /// The defaults of a recipe; none if it is not known.
  Map<String, String> defaultsOf(String recipe) {
    return defaults.getOrDefault(recipe, Map.of());
  }

  /// Removes the keys of other recipes, and sections that have no more keys.
  ///
  /// @param tree of a whole configuration
  ObjectNode without(ObjectNode tree) {
    return without(tree, "", tree.path(RECIPE).asString(""));
  }

  private ObjectNode without(ObjectNode section, String prefix, String recipe) {
    for (var name : Set.copyOf(section.propertyNames())) {
      var value = section.get(name);
      if (value instanceof ObjectNode nested) {
        var rest = without(nested, prefix + name + ".", recipe);
        if (rest.isEmpty()) {
          section.remove(name);
        }
      } else if (!has(recipe, prefix + name)) {
        section.remove(name);
      }
    }
    return section;
  }
}
