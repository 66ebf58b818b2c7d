package toco.config;

import static java.util.Map.entry;

import java.util.Locale;
import java.util.Map;

/// The recipes that can be trained: what is minimised, and with which networks.
public enum RecipeName {
  /// ToCo (arXiv:2303.01267).
  TOCO,

  /// MoRe (arXiv:2412.11076).
  MORE;

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
          entry("eval.crf.gaussianWeight", "3"),
          entry("eval.crf.bilateralSigmaPx", "67"),
          entry("eval.crf.bilateralSigmaRgb", "3"));

  /// Where this recipe's defaults differ from those of ToCo: key and value as in a YAML file.
  Map<String, String> defaults() {
    return switch (this) {
      case TOCO -> Map.of();
      case MORE -> OF_MORE;
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
