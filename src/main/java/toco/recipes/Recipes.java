package toco.recipes;

import toco.cam.ImageEvaluation;
import toco.cam.ScaledEvaluation;
import toco.config.Config;
import toco.config.Protocol;
import toco.recipe.Recipe;
import toco.recipe.cosa.CosaEvaluation;
import toco.recipe.cosa.CosaRecipe;
import toco.recipe.more.Cam2Seg;
import toco.recipe.more.MoreRecipe;
import toco.recipe.more.StraightSegmentation;
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

  /// How a protocol makes label maps.
  public static ImageEvaluation evaluation(Protocol protocol) {
    return switch (protocol.source()) {
      case DECODER -> new ScaledEvaluation(protocol);
      case DECODER_STRAIGHT -> new StraightSegmentation(protocol);
      case DECODER_SUMMED -> new CosaEvaluation(protocol.sizePx(), protocol.scales());
      case MAPS, MAPS_OF_SEGMENTED -> new Cam2Seg(protocol);
    };
  }
}
