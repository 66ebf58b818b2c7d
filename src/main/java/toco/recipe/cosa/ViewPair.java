package toco.recipe.cosa;

import org.jspecify.annotations.Nullable;
import toco.batch.Canvas;
import toco.batch.RandomCrop;
import toco.config.AugmentConfig;
import toco.config.CosaConfig;
import toco.data.CounterRandom;
import toco.image.ImageBox;
import toco.image.Normalization;
import toco.image.Photometric;
import toco.torch.Tensor;

/// The draws that decide the two views of a sample (docs/COSA.md "Views and data"): a crop, which
/// may be blurred, is the weak view; one operation on its 8-bit image makes the strong view. Both
/// show the same pixels, so they share the image box.
///
/// @param crop geometry
/// @param blurRadius of the Gaussian blur in pixels; null: not blurred
/// @param operation makes the strong view
/// @param magnitude of the operation, 1…9
public record ViewPair(
    RandomCrop crop, @Nullable Double blurRadius, StrongOperation operation, int magnitude) {

  /// Draws the views of an image, in the published order.
  ///
  /// @param heightPx of the image, as is `widthPx`
  public static ViewPair draw(
      CounterRandom random, AugmentConfig augment, CosaConfig cosa, long heightPx, long widthPx) {
    var crop = RandomCrop.draw(random, augment, heightPx, widthPx);
    var radius =
        random.nextBoolean(cosa.blurProbability())
            ? Double.valueOf(random.uniform(augment.blurRadiusMin(), augment.blurRadiusMax()))
            : null;
    var operations = StrongOperation.values();
    var operation = operations[random.nextInt(operations.length)];
    int magnitude = 1 + random.nextInt(StrongOperation.MAX_MAGNITUDE);
    return new ViewPair(crop, radius, operation, magnitude);
  }

  /// Makes both views.
  ///
  /// @param image the whole image, uint8 [H, W, 3]
  /// @param canvas holds the 8-bit views afterwards: the weak one in [Canvas#crop], the strong one
  ///   in [Canvas#view]
  /// @param weak float32 [3, crop, crop], overwritten, as is `strong`
  /// @return the box of the image within both
  public ImageBox apply(
      Tensor image, Canvas canvas, Normalization normalization, Tensor weak, Tensor strong) {
    var view = canvas.crop();
    var box = crop.apply(image, view);
    if (blurRadius != null) {
      Photometric.gaussianBlur_(view, blurRadius);
    }
    var distorted = canvas.view().copy_(view);
    operation.apply_(distorted, magnitude);
    normalization.normalize(view, weak);
    normalization.normalize(distorted, strong);
    return box;
  }
}
