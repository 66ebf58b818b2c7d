package toco.batch;

import java.util.List;
import java.util.function.Function;
import toco.batch.Augmentation.Views;
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
  ImageBox apply(Tensor image, int epoch, int sample, Canvas canvas, Views views);

  /// The views that it makes, as a preview shows and explains them; view 1 is the first.
  default List<Shown> shown() {
    return List.of(Shown.view1("View 1", "What training makes of the image."));
  }

  /// Whether view 1 may be mirrored after its box was computed.
  default boolean boxMayBeMirrored() {
    return false;
  }

  /// A view, for people.
  ///
  /// @param key of its picture's file, letters and then digits: `view1`
  /// @param name such as `View 1`
  /// @param note what it is, in a few words
  /// @param meaning what it is, in sentences
  /// @param hasLocalCrops whether ToCo's local crops are cut out of it
  /// @param of the view among those of a sample
  record Shown(
      String key,
      String name,
      String note,
      String meaning,
      boolean hasLocalCrops,
      Function<Views, Tensor> of) {
    /// View 1, on which the box is drawn.
    public static Shown view1(String name, String meaning) {
      return new Shown("view1", name, "", meaning, false, Views::view1);
    }
  }
}
