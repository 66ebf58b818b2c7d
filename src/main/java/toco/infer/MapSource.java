package toco.infer;

import java.util.Locale;

/// What an image's class maps are made of.
public enum MapSource {
  /// The class activation maps, over `eval.camScales` at `eval.sizePx`.
  CAM,
  /// The auxiliary class activation maps, likewise.
  AUX_CAM,
  /// The segmentation's probabilities at native size (METHOD "Evaluation", "seg as CAM").
  SEG;

  /// `cam`, `aux_cam` or `seg`.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
