package toco.data;

import toco.config.SyntheticConfig.Variant;

/// The distribution of a variant's images.
///
/// @param shareOfOne share of images with a single object
/// @param shareOfThree share of images with three objects; the rest have two
/// @param smallestPx minimum radius of an object among others
/// @param largestPx maximum radius of an object among others
/// @param smallestAlonePx minimum radius of a single object
/// @param largestAlonePx maximum radius of a single object
/// @param palestBackground minimum saturation of a background
/// @param richestBackground maximum saturation of a background
/// @param cloudStd standard deviation of the background's cloud, in levels 0…1
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
  /// Large objects on pale backgrounds.
  private static final SyntheticDistribution PLAIN =
      new SyntheticDistribution(0.35, 0.20, 16, 26, 18, 34, 0.05, 0.35, 0.09);

  /// More and smaller objects on colourful backgrounds.
  private static final SyntheticDistribution LIVELY =
      new SyntheticDistribution(0.35, 0.25, 13, 24, 15, 30, 0.10, 0.60, 0.13);

  static SyntheticDistribution of(Variant variant) {
    return switch (variant) {
      case PLAIN -> PLAIN;
      case LIVELY -> LIVELY;
    };
  }
}
