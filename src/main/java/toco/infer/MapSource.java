package toco.infer;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import toco.config.ClassMap;
import toco.config.EvalConfig;

/// Kinds of class maps.
public enum MapSource {
  /// The class activation maps, over `eval.camScales` at `eval.sizePx`.
  CAM,
  /// The auxiliary class activation maps, computed the same way.
  AUX_CAM,
  /// Localisation maps, over `eval.mapScales` at `eval.sizePx`; of networks with `eval.maps=lam`.
  LAM,
  /// The segmentation's probabilities at native size ("seg as CAM", METHOD "Evaluation").
  SEG;

  /// The maps that `infer cam` draws.
  public static Set<MapSource> cams(EvalConfig eval) {
    return eval.maps() == ClassMap.LAM ? EnumSet.of(CAM, AUX_CAM, LAM) : EnumSet.of(CAM, AUX_CAM);
  }

  /// `cam`, `aux_cam`, `lam` or `seg`.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
