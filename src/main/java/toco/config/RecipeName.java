package toco.config;

import static java.util.Map.entry;

import java.util.Locale;
import java.util.Map;

/// The recipes that can be trained: what is minimised, and with which networks.
public enum RecipeName {
  /// ToCo (arXiv:2303.01267).
  TOCO,

  /// MoRe (arXiv:2412.11076).
  MORE,

  /// CoSA (arXiv:2402.17891).
  COSA;

  /// As published for VOC.
  private static final Map<String, String> OF_MORE =
      Map.ofEntries(
          entry("model.backbone", "vit_base_patch16_224"),
          entry("augment.scaleMin", "0.32"),
          entry("augment.scaleMax", "1"),
          entry("augment.view2ScaleMin", "0.32"),
          entry("augment.jitterProbability", "0.5"),
          entry("train.samplesPerProcess", "4"),
          entry("cam.scales", "[1, 0.5, 0.75, 1.5]"),
          entry("eval.camScales", "[1, 0.5, 0.75, 1.5]"),
          entry("eval.maps", "lam"),
          entry("eval.crf.gaussianWeight", "3"),
          entry("eval.crf.bilateralSigmaPx", "67"),
          entry("eval.crf.bilateralSigmaRgb", "3"));

  /// Those of the published training log for VOC.
  private static final Map<String, String> OF_COSA =
      Map.ofEntries(
          entry("model.backbone", "vit_base_patch16_224"),
          entry("train.maxIters", "32000"),
          entry("train.evalEvery", "4000"),
          entry("train.checkpointEvery", "4000"),
          entry("train.overlayEvery", "4000"),
          entry("cam.lowThreshold", "0.2"),
          entry("eval.crf.iterations", "1"));

  /// Where this recipe's defaults differ from those of ToCo: key and value as in a YAML file.
  Map<String, String> defaults() {
    return switch (this) {
      case TOCO -> Map.of();
      case MORE -> OF_MORE;
      case COSA -> OF_COSA;
    };
  }

  /// The section of this recipe's own settings, of those of a configuration.
  ///
  /// @param toco has ToCo's, among settings of all recipes
  RecipeSection section(TrainConfig toco, MoreConfig more, CosaConfig cosa) {
    return switch (this) {
      case TOCO -> toco;
      case MORE -> more;
      case COSA -> cosa;
    };
  }

  /// Whether its networks have localisation maps.
  boolean hasLocalisationMaps() {
    return this == MORE;
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
