package toco.infer;

import java.util.Locale;

/// How class maps are refined into labels for training.
public enum Refinement {
  /// Pixel-adaptive refinement, as in training (METHOD, training step 6).
  PAR,
  /// The dense CRF of the published CAM labels (METHOD "Evaluation").
  CRF,
  /// Thresholds only: background up to the low one, ignored up to the high one.
  NONE;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
