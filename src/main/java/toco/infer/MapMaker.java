package toco.infer;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import toco.cam.MultiScaleCam;
import toco.cam.PresentClasses;
import toco.config.Combination;
import toco.eval.MultiScaleInference;
import toco.image.RgbImage;
import toco.torch.Interpolation;
import toco.torch.Tensor;

/// Makes the class maps of images, as the published code exports them: CAMs of the image resized to
/// a square of `eval.sizePx`, stretched to its own size; segmentation probabilities at its own
/// size.
final class MapMaker {
  /// The published protocol of "seg as CAM".
  private static final MultiScaleInference SEG_AS_CAM =
      new MultiScaleInference(List.of(1.0, 1.25, 1.5), Combination.MAX, Combination.SUM);

  private final TrainedNetwork network;
  private final ImageClasses classes;
  private final Set<MapSource> sources;

  MapMaker(TrainedNetwork network, ImageClasses classes, Set<MapSource> sources) {
    this.network = network;
    this.classes = classes;
    this.sources = sources;
    boolean ofCams = sources.contains(MapSource.CAM) || sources.contains(MapSource.AUX_CAM);
    if (ofCams && network.config().eval().camScales().isEmpty()) {
      throw new IllegalArgumentException(
          "eval.camScales is empty, and CAMs were asked for; set eval.camScales=[1, 0.5, 1.5]");
    }
  }

  /// An image's maps.
  ///
  /// @param classes whose they are
  /// @param bySource the classes' maps, a source each
  record Made(ImageClasses.Found classes, Map<MapSource, ClassMaps> bySource) {}

  /// @param picture the image's pixels
  Made make(InputImage image, RgbImage picture) {
    var model = network.model();
    var config = network.config();
    var input = MultiScaleInference.input(picture, config.eval().sizePx(), network.device());
    var tokens = model.encode(input);
    var found = classes.of(image, model.classLogits(tokens.patchMap()));
    var present = PresentClasses.of(List.of(found.multiHot()));
    var stretched = new Stretched(keys(found), picture.heightPx(), picture.widthPx());

    var maps = new EnumMap<MapSource, ClassMaps>(MapSource.class);
    if (sources.contains(MapSource.CAM) || sources.contains(MapSource.AUX_CAM)) {
      var cams =
          MultiScaleCam.start(model, input, config.eval().camScales(), present).finish(tokens);
      maps.put(MapSource.CAM, stretched.maps(cams.cam()));
      maps.put(MapSource.AUX_CAM, stretched.maps(cams.auxCam()));
    }
    if (sources.contains(MapSource.SEG)) {
      maps.put(MapSource.SEG, stretched.maps(present.gather(probabilities(picture))));
    }
    maps.keySet().retainAll(sources);
    return new Made(found, maps);
  }

  /// Of the classes without the background, which takes part in the softmax: [1, K, H, W].
  private Tensor probabilities(RgbImage picture) {
    var input = MultiScaleInference.input(picture, 0, network.device());
    return SEG_AS_CAM
        .logits(network.model(), input, picture.heightPx(), picture.widthPx())
        .softmax(1)
        .slice(1, 1, Long.MAX_VALUE);
  }

  private static List<Integer> keys(ImageClasses.Found found) {
    var keys = new ArrayList<Integer>();
    for (int k = 0; k < found.multiHot().length; k++) {
      if (found.multiHot()[k] > 0) {
        keys.add(k);
      }
    }
    return keys;
  }

  /// @param keys the image's classes
  private record Stretched(List<Integer> keys, int heightPx, int widthPx) {
    /// @param maps [1, n, h, w]; of an image without a class, one map that does not count
    ClassMaps maps(Tensor maps) {
      boolean fits = maps.size(2) == heightPx && maps.size(3) == widthPx;
      var full = fits ? maps : maps.interpolate(heightPx, widthPx, Interpolation.BILINEAR);
      return new ClassMaps(keys, full.select(0, 0).slice(0, 0, keys.size()));
    }
  }
}
