package toco.infer;

import java.util.Locale;

/// What makes labels for training of class maps.
public enum Refinement {
  /// Pixel-adaptive refinement, as in training (METHOD, training step 6).
  PAR,
  /// The dense CRF of the published CAM labels (METHOD "Evaluation").
  CRF,
  /// Thresholds alone: up to the low one background, up to the high one ignored.
  NONE;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
