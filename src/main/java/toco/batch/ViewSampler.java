package toco.batch;

import toco.image.ImageBox;
import toco.torch.Tensor;

/// Makes the random views of a training image. Draws are a function of (seed, epoch, sample), so
/// that a sample's views depend neither on the number of workers nor on the order in which they
/// finish. Immutable; safe for use by several threads, each with its own [Canvas].
public interface ViewSampler {
  /// Draws where view 1 shows the image, as [#apply] draws it.
  ///
  /// @param heightPx of the whole image, as is `widthPx`
  ViewPlace place(int heightPx, int widthPx, int epoch, int sample);

  /// Draws and writes the normalised views of one sample.
  ///
  /// @param image the whole image, uint8 [H, W, 3]
  /// @param canvas scratch memory on the image's device
  /// @param views overwritten; a view that the recipe does not use stays as it is
  /// @return the box of the image within view 1
  ImageBox apply(Tensor image, int epoch, int sample, Canvas canvas, Augmentation.Views views);
}
