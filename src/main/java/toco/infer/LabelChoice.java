package toco.infer;

import java.util.Locale;

/// Whose classes an image's maps are made of.
public enum LabelChoice {
  /// The data set's where the image is one of its own, else the predicted ones.
  AUTO,
  /// The data set's; an image that has none there is an error.
  DATASET,
  /// Those that the network predicts: classes with a positive logit.
  PREDICTED;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
