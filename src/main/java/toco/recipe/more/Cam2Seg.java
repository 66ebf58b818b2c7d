package toco.recipe.more;

import toco.cam.EncodedImages;
import toco.cam.EvaluatedImage;
import toco.cam.ImageEvaluation;
import toco.cam.LocalisationMaps;
import toco.cam.MultiScaleCam;
import toco.cam.NetworkInput;
import toco.config.ClassMap;
import toco.config.Protocol;
import toco.config.SegmentationSource;
import toco.image.RgbImage;
import toco.model.Network;
import toco.torch.Interpolation;
import toco.torch.Tensor;

/// MoRe's published evaluation `cam2seg`: class maps of a square image over several scales, resized
/// to native size; only predicted classes have one.
public record Cam2Seg(Protocol protocol) implements ImageEvaluation {
  @Override
  public void requireFits(Network model) {
    if (!model.hasMaps()) {
      throw new IllegalArgumentException(
          "protocol %s segments class maps, which this network does not have; use another, such as"
                  .formatted(protocol.name())
              + " voc, coco, more or cosa");
    }
  }

  @Override
  public EvaluatedImage of(Network model, RgbImage image) {
    var input = NetworkInput.of(image, protocol.sizePx(), model); // [1, 3, size, size]
    return new Image(protocol, EncodedImages.of(model, input), image);
  }

  private static final class Image extends SquareImage {
    private final Protocol protocol;
    private final RgbImage image;

    Image(Protocol protocol, EncodedImages encoded, RgbImage image) {
      super(encoded);
      this.protocol = protocol;
      this.image = image;
    }

    @Override
    public MapSegmentation segmentation() {
      var maps = maps().interpolate(image.heightPx(), image.widthPx(), Interpolation.BILINEAR);
      return new MapSegmentation(maps, shown(), protocol.camBackground());
    }

    /// [1, K, size, size].
    private Tensor maps() {
      var model = encoded.model();
      return protocol.maps() == ClassMap.LAM
          ? LocalisationMaps.multiScale(model, encoded.images(), protocol.scales())
          : MultiScaleCam.compute(model, encoded.images(), protocol.scales()).cam();
    }

    private float[] shown() {
      var logits = values().classLogits();
      var segmentation = encoded.segLogits().argmax(1).toLongArray();
      return protocol.source() == SegmentationSource.MAPS
          ? ShownClasses.predicted(logits, segmentation)
          : ShownClasses.segmented(logits, segmentation);
    }
  }
}
