package toco.config;

/// The section with a recipe's own settings.
interface RecipeSection {
  /// Checks that these settings fit the network and the size of its views.
  ///
  /// @throws ConfigException if they do not
  void requireFit(ModelConfig model, AugmentConfig augment);
}
