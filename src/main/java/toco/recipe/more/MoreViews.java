package toco.recipe.more;

import java.util.List;
import toco.batch.Augmentation.Views;
import toco.batch.Canvas;
import toco.batch.ColorJitter;
import toco.batch.RandomCrop;
import toco.batch.ResizedCrop;
import toco.batch.ViewPlace;
import toco.batch.ViewSampler;
import toco.config.AugmentConfig;
import toco.config.Config;
import toco.data.CounterRandom;
import toco.image.Geometric;
import toco.image.ImageBox;
import toco.image.Normalization;
import toco.torch.Tensor;

/// MoRe's view of a training image, the only one; the others stay as they are. Its box is the whole
/// view: padding counts as image.
///
/// @param config of all that is drawn
/// @param normalization of the view, last
record MoreViews(AugmentConfig config, Normalization normalization, long seed)
    implements ViewSampler {
  private static final int GEOMETRY = 0; // streams of random numbers
  private static final int COLOR = 1;

  /// The views that a configuration describes.
  static MoreViews of(Config config) {
    return new MoreViews(
        config.augment(), Normalization.of(config.model().statistics()), config.run().seed());
  }

  @Override
  public ViewPlace place(int heightPx, int widthPx, int epoch, int sample) {
    var geometry = new CounterRandom(seed, epoch, sample, GEOMETRY);
    int size = config.cropSizePx();
    return switch (config.crop()) {
      case RESIZED -> {
        var place = ResizedCrop.draw(geometry, config, heightPx, widthPx).place(size);
        yield geometry.nextBoolean(config.flipProbability()) ? place.mirrored(size) : place;
      }
      case PADDED -> RandomCrop.draw(geometry, config, heightPx, widthPx).place(heightPx, widthPx);
    };
  }

  @Override
  public ImageBox apply(Tensor image, int epoch, int sample, Canvas canvas, Views views) {
    var geometry = new CounterRandom(seed, epoch, sample, GEOMETRY);
    var color = new CounterRandom(seed, epoch, sample, COLOR);
    var view = canvas.view();
    switch (config.crop()) {
      case RESIZED -> resize(image, geometry, color, view);
      case PADDED -> pad(image, geometry, color, view);
    }
    normalization.normalize(view, views.view1());
    return ImageBox.full(config.cropSizePx(), config.cropSizePx());
  }

  @Override
  public List<Shown> shown() {
    var made =
        switch (config.crop()) {
          case RESIZED -> "A random rectangle of the image, resized";
          case PADDED -> "A random crop of the scaled image, padded with black";
        };
    return List.of(
        Shown.view1(
            "View",
            "%s to %s × %s px, with colour augmentation. Padding counts as image."
                .formatted(made, config.cropSizePx(), config.cropSizePx())));
  }

  private void resize(Tensor image, CounterRandom geometry, CounterRandom color, Tensor view) {
    var shape = image.shape();
    ResizedCrop.draw(geometry, config, (int) shape.size(0), (int) shape.size(1)).apply(image, view);
    if (geometry.nextBoolean(config.flipProbability())) {
      Geometric.flip_(view);
    }
    ColorJitter.apply_(view, config, color);
  }

  private void pad(Tensor image, CounterRandom geometry, CounterRandom color, Tensor view) {
    var shape = image.shape();
    var jittered = image.clone(); // the image is the caller's
    ColorJitter.apply_(jittered, config, color);
    RandomCrop.draw(geometry, config, shape.size(0), shape.size(1)).apply(jittered, view);
  }
}
