package toco.data;

import toco.config.SyntheticConfig.Variant;

/// What a variant's images are drawn from.
///
/// @param shareOfOne share of the images with a single object
/// @param shareOfThree share of those with three; the rest have two
/// @param smallestPx least radius of an object among others
/// @param largestPx its largest
/// @param smallestAlonePx least radius of a single object
/// @param largestAlonePx its largest
/// @param palestBackground least saturation of a background
/// @param richestBackground its largest
/// @param cloudStd deviation of the background's cloud, in levels 0…1
record SyntheticDistribution(
    double shareOfOne,
    double shareOfThree,
    double smallestPx,
    double largestPx,
    double smallestAlonePx,
    double largestAlonePx,
    double palestBackground,
    double richestBackground,
    double cloudStd) {
  /// Large objects before pale backgrounds.
  private static final SyntheticDistribution PLAIN =
      new SyntheticDistribution(0.35, 0.20, 16, 26, 18, 34, 0.05, 0.35, 0.09);

  /// Smaller objects, more of them, before colourful backgrounds.
  private static final SyntheticDistribution LIVELY =
      new SyntheticDistribution(0.35, 0.25, 13, 24, 15, 30, 0.10, 0.60, 0.13);

  static SyntheticDistribution of(Variant variant) {
    return switch (variant) {
      case PLAIN -> PLAIN;
      case LIVELY -> LIVELY;
    };
  }
}
