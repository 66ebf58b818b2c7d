package toco.config;

import static toco.config.ValueChecks.atLeast;
import static toco.config.ValueChecks.between;
import static toco.config.ValueChecks.nonNegative;
import static toco.config.ValueChecks.ordered;
import static toco.config.ValueChecks.positive;
import static toco.config.ValueChecks.probability;

import java.util.Locale;

/// `augment.*`: the random training views (METHOD.md "Training data"). The image is scaled,
/// flipped, padded and cropped; view 1 (`x`) and the local view are made from that crop; view 2 is
/// cropped from the whole image.
///
/// @param cropSizePx side of the square crop and of view 2, a multiple of the encoder's patch
/// @param crop how MoRe's view, its only one, is cut: `resized` (VOC), a rectangle of the image
///   that `view2ScaleMin` to `view2RatioMax` describe, resized, flipped, then jittered; `padded`
///   (COCO), the jittered image scaled, flipped, padded with black and cropped
/// @param scaleMin smallest factor of the random scaling
/// @param scaleMax largest factor of the random scaling
/// @param flipProbability horizontal flip of the scaled image, before the crop
/// @param viewFlipProbability horizontal flip of each view independently, after the crop. Under
///   `train.compat: reference` the image box is not flipped with it (a quirk of the published code)
/// @param jitterProbability probability of the colour jitter, whose parts are applied in random
///   order
/// @param brightness jitter factor drawn from 1 ± this
/// @param contrast jitter factor drawn from 1 ± this
/// @param saturation jitter factor drawn from 1 ± this
/// @param hue jitter shift drawn from ± this, as a fraction of the hue circle
/// @param grayscaleProbability probability of converting a view to grey
/// @param view1BlurProbability probability of blurring view 1
/// @param localBlurProbability probability of blurring the local view
/// @param view2BlurProbability probability of blurring view 2
/// @param blurRadiusMin smallest radius (standard deviation) of the Gaussian blur, in pixels
/// @param blurRadiusMax largest radius of the Gaussian blur, in pixels
/// @param solarizeProbability probability of solarising view 2 (values ≥ 128 are inverted)
/// @param view2ScaleMin smallest share of the whole image's area that view 2, or MoRe's `resized`
///   view, shows; the next three are those of the same crop
/// @param view2ScaleMax largest share of the whole image's area that view 2 shows
/// @param view2RatioMin smallest aspect ratio (width over height) of view 2's crop
/// @param view2RatioMax largest aspect ratio of view 2's crop
public record AugmentConfig(
    @Default("448") int cropSizePx,
    @OnlyFor(RecipeName.MORE) @Default("resized") Crop crop,
    @Default("0.5") double scaleMin,
    @Default("2") double scaleMax,
    @Default("0.5") double flipProbability,
    @OnlyFor(RecipeName.TOCO) @Default("0.5") double viewFlipProbability,
    @OnlyFor({RecipeName.TOCO, RecipeName.MORE}) @Default("0.8") double jitterProbability,
    @OnlyFor({RecipeName.TOCO, RecipeName.MORE}) @Default("0.4") double brightness,
    @OnlyFor({RecipeName.TOCO, RecipeName.MORE}) @Default("0.4") double contrast,
    @OnlyFor({RecipeName.TOCO, RecipeName.MORE}) @Default("0.2") double saturation,
    @OnlyFor({RecipeName.TOCO, RecipeName.MORE}) @Default("0.1") double hue,
    @OnlyFor(RecipeName.TOCO) @Default("0.2") double grayscaleProbability,
    @OnlyFor(RecipeName.TOCO) @Default("1") double view1BlurProbability,
    @OnlyFor(RecipeName.TOCO) @Default("0.5") double localBlurProbability,
    @OnlyFor(RecipeName.TOCO) @Default("0.1") double view2BlurProbability,
    @OnlyFor({RecipeName.TOCO, RecipeName.COSA}) @Default("0.1") double blurRadiusMin,
    @OnlyFor({RecipeName.TOCO, RecipeName.COSA}) @Default("2") double blurRadiusMax,
    @OnlyFor(RecipeName.TOCO) @Default("0.2") double solarizeProbability,
    @OnlyFor({RecipeName.TOCO, RecipeName.MORE}) @Default("0.4") double view2ScaleMin,
    @OnlyFor({RecipeName.TOCO, RecipeName.MORE}) @Default("1") double view2ScaleMax,
    @OnlyFor({RecipeName.TOCO, RecipeName.MORE}) @Default("0.75") double view2RatioMin,
    @OnlyFor({RecipeName.TOCO, RecipeName.MORE}) @Default("1.3333333333333333")
        double view2RatioMax) {

  /// The two published ways of cutting MoRe's view.
  public enum Crop {
    RESIZED,
    PADDED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public AugmentConfig {
    atLeast("augment.cropSizePx", cropSizePx, 16);
    positive("augment.scaleMin", scaleMin);
    positive("augment.scaleMax", scaleMax);
    ordered("augment.scaleMin", scaleMin, "augment.scaleMax", scaleMax);
    probability("augment.flipProbability", flipProbability);
    probability("augment.viewFlipProbability", viewFlipProbability);
    probability("augment.jitterProbability", jitterProbability);
    between("augment.brightness", brightness, 0, 1);
    between("augment.contrast", contrast, 0, 1);
    between("augment.saturation", saturation, 0, 1);
    between("augment.hue", hue, 0, 0.5);
    probability("augment.grayscaleProbability", grayscaleProbability);
    probability("augment.view1BlurProbability", view1BlurProbability);
    probability("augment.localBlurProbability", localBlurProbability);
    probability("augment.view2BlurProbability", view2BlurProbability);
    nonNegative("augment.blurRadiusMin", blurRadiusMin);
    nonNegative("augment.blurRadiusMax", blurRadiusMax);
    ordered("augment.blurRadiusMin", blurRadiusMin, "augment.blurRadiusMax", blurRadiusMax);
    probability("augment.solarizeProbability", solarizeProbability);
    positive("augment.view2ScaleMin", view2ScaleMin);
    between("augment.view2ScaleMax", view2ScaleMax, 0, 1);
    ordered("augment.view2ScaleMin", view2ScaleMin, "augment.view2ScaleMax", view2ScaleMax);
    positive("augment.view2RatioMin", view2RatioMin);
    positive("augment.view2RatioMax", view2RatioMax);
    ordered("augment.view2RatioMin", view2RatioMin, "augment.view2RatioMax", view2RatioMax);
  }
}
