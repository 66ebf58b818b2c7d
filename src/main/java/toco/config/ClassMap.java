package toco.config;

import java.util.Locale;

/// Kinds of class maps that can be segmented.
public enum ClassMap {
  /// Class activation maps.
  CAM,
  /// Localisation maps, of networks that have a token for each class.
  LAM;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
