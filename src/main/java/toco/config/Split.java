package toco.config;

import java.util.Locale;

/// A part of a data set with its own list file.
public enum Split {
  TRAIN,
  VAL,
  TEST;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
