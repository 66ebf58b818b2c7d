package toco.infer;

import java.util.Locale;

/// Where the classes of an image come from.
public enum LabelChoice {
  /// From the data set if it contains the image, else predicted.
  AUTO,
  /// From the data set; an image without labels there is an error.
  DATASET,
  /// Predicted by the network: classes with a positive logit.
  PREDICTED;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
