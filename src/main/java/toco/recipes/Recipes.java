package toco.recipes;

import toco.config.Config;
import toco.recipe.Recipe;
import toco.recipe.cosa.CosaRecipe;
import toco.recipe.more.MoreRecipe;
import toco.recipe.toco.TocoRecipe;

/// The recipes by name.
public final class Recipes {
  private Recipes() {}

  /// The recipe of a configuration.
  public static Recipe of(Config config) {
    return switch (config.recipe()) {
      case TOCO -> new TocoRecipe(config);
      case MORE -> new MoreRecipe(config, config.more());
      case COSA -> new CosaRecipe(config);
    };
  }
}
