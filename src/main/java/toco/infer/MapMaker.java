package toco.infer;

import static java.util.stream.Collectors.joining;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import toco.cam.EncodedImages;
import toco.cam.InferenceMemory;
import toco.cam.LocalisationMaps;
import toco.cam.MemoryLimit;
import toco.cam.MultiScaleInference;
import toco.cam.NetworkInput;
import toco.cam.PresentClasses;
import toco.checkpoint.TrainedNetwork;
import toco.config.ClassMap;
import toco.config.Combination;
import toco.image.RgbImage;
import toco.torch.Interpolation;
import toco.torch.Tensor;

/// Computes class maps of images as the published code exports them: CAMs of the image resized to a
/// square of `eval.sizePx`, upsampled to its native size; segmentation probabilities at native
/// size.
final class MapMaker {
  /// The published protocol "seg as CAM".
  private static final MultiScaleInference SEG_AS_CAM =
      new MultiScaleInference(List.of(1.0, 1.25, 1.5), Combination.MAX, Combination.SUM);

  private static final double MAX_SCALE = 1.5;

  private final TrainedNetwork network;
  private final ImageClasses classes;
  private final Set<MapSource> sources;

  MapMaker(TrainedNetwork network, ImageClasses classes, Set<MapSource> sources) {
    this.network = network;
    this.classes = classes;
    this.sources = sources;
    if (!network.model().hasMaps() && !sources.equals(EnumSet.of(MapSource.SEG))) {
      throw new IllegalArgumentException(
          "the maps %s are made of class activation maps, which this network does not have; use the"
                  .formatted(sources.stream().map(MapSource::toString).collect(joining(", ")))
              + " maps seg");
    }
    if (wantsCams() && network.config().eval().camScales().isEmpty()) {
      throw new IllegalArgumentException(
          "eval.camScales is empty, and CAMs were asked for; set eval.camScales=[1, 0.5, 1.5]");
    }
    if (sources.contains(MapSource.LAM) && network.config().eval().maps() != ClassMap.LAM) {
      throw new IllegalArgumentException(
          "the maps lam are those of networks of recipe more with eval.maps=lam, but this one has"
              + " recipe %s and eval.maps=%s; use the maps cam"
                  .formatted(network.config().recipe(), network.config().eval().maps()));
    }
  }

  /// The maps of an image.
  ///
  /// @param classes the classes that have maps
  /// @param bySource the classes' maps, one entry per source
  record Made(ImageClasses.Found classes, Map<MapSource, ClassMaps> bySource) {}

  /// @param picture the image's pixels
  Made make(InputImage image, RgbImage picture) {
    var eval = network.config().eval();
    requireMemory(picture, 1);
    var input = NetworkInput.of(picture, eval.sizePx(), network.model());
    var encoded = EncodedImages.of(network.model(), input);
    var found = classes.of(image, encoded.classLogits());
    var present = PresentClasses.of(List.of(found.multiHot()));
    requireMemory(picture, present.count());

    var maps = new EnumMap<MapSource, ClassMaps>(MapSource.class);
    if (wantsCams()) {
      var cams = encoded.cams(eval.camScales(), present);
      maps.put(MapSource.CAM, classMaps(found, cams.cam(), picture));
      maps.put(MapSource.AUX_CAM, classMaps(found, cams.auxCam(), picture));
    }
    if (sources.contains(MapSource.LAM)) {
      var lam = LocalisationMaps.multiScale(network.model(), input, eval.mapScales());
      maps.put(MapSource.LAM, classMaps(found, present.gather(lam), picture));
    }
    if (sources.contains(MapSource.SEG)) {
      var probabilities = present.gather(classProbabilities(picture));
      maps.put(MapSource.SEG, classMaps(found, probabilities, picture));
    }
    maps.keySet().retainAll(sources);
    return new Made(found, maps);
  }

  private void requireMemory(RgbImage picture, long classes) {
    var memory = new InferenceMemory(network.config().model());
    long maps = sources.size() * classes;
    MemoryLimit.on(
            network.device(),
            size ->
                Math.max(
                    memory.maps(network.config().eval().sizePx(), maps, size),
                    sources.contains(MapSource.SEG) ? memory.segmentationMaps(MAX_SCALE, size) : 0))
        .require(picture);
  }

  private boolean wantsCams() {
    return sources.contains(MapSource.CAM) || sources.contains(MapSource.AUX_CAM);
  }

  /// Softmax over background and classes, without the background's map: [1, K, H, W].
  private Tensor classProbabilities(RgbImage picture) {
    var input = NetworkInput.of(picture, 0, network.model());
    return SEG_AS_CAM
        .logits(network.model(), input, picture.heightPx(), picture.widthPx())
        .softmax(1)
        .slice(1, 1, Long.MAX_VALUE);
  }

  /// @param maps [1, n, h, w]; for an image without classes one map of padding, which is dropped
  private static ClassMaps classMaps(ImageClasses.Found found, Tensor maps, RgbImage picture) {
    var keys =
        Arrays.stream(PresentClasses.classesOf(found.multiHot()))
            .mapToObj(label -> (int) label - 1)
            .toList();
    var full = maps.interpolate(picture.heightPx(), picture.widthPx(), Interpolation.BILINEAR);
    return new ClassMaps(keys, full.select(0, 0).slice(0, 0, keys.size()));
  }
}
