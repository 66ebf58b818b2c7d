package toco.serve;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import toco.cam.EncodedImages;
import toco.cam.MemoryLimit;
import toco.cam.NetworkInput;
import toco.files.Json;
import toco.image.ImageException;
import toco.image.LabelMap;
import toco.image.RgbImage;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.InferenceMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// What a network makes of one image, as answers. On a worker's thread.
final class ImageAnalysis {
  private static final int MAX_MAP_PX = 112;
  private static final int LEVELS = 255;

  private final FeatureCache cache;

  ImageAnalysis(FeatureCache cache) {
    this.cache = cache;
  }

  /// Decodes an image and works on it; all tensors are freed.
  ///
  /// @throws HttpProblem if the image is damaged or too large for this machine
  static <T> T on(ServedImage image, Function<RgbImage, T> work) {
    try (var arena = Arena.ofConfined();
        var _ = TensorScope.open()) {
      var picture = image.decode(arena);
      var result = new AtomicReference<@Nullable T>();
      MemoryLimit.watch(picture, () -> result.set(work.apply(picture)));
      var made = result.get();
      if (made == null) {
        throw new IllegalStateException("no result");
      }
      return made;
    } catch (ImageException e) {
      throw HttpProblem.badRequest(String.valueOf(e.getMessage()));
    } catch (MemoryLimit.Exceeded e) {
      throw HttpProblem.tooLarge("the image %s".formatted(e.getMessage()));
    }
  }

  /// Labels, class scores, CAMs and the over-smoothing curve; keeps the tokens' features.
  Answer analysis(ServedNetwork network, ServedImage image) {
    return on(image, picture -> analysis(network, image, picture));
  }

  private Answer analysis(ServedNetwork network, ServedImage image, RgbImage picture) {
    long start = System.nanoTime();
    var labels = network.segmenter().segment(picture);
    try (var _ = InferenceMode.enter()) {
      var encoded = encoded(network, picture);
      var features = network.hasMaps() ? TokenFeatures.of(encoded) : null;
      if (features != null) {
        cache.put(image.id(), network.id(), features);
      }
      int side = Math.min(MAX_MAP_PX, network.config().eval().sizePx());
      var info = described(network, image, picture);
      info.put("gridH", features == null ? network.gridSide() : features.gridH());
      info.put("gridW", features == null ? network.gridSide() : features.gridW());
      info.put("mapH", side);
      info.put("mapW", side);
      info.put("protocol", network.protocol(false).toString());
      info.put("classes", classes(encoded.classLogits().toFloatArray()));
      putCurve(info, features);
      var arrays = new LinkedHashMap<String, byte[]>();
      if (network.hasMaps()) {
        var cams = encoded.cams(network.config().eval().camScales());
        arrays.put("cam", levels(cams.cam(), side));
        arrays.put("auxCam", levels(cams.auxCam(), side));
      }
      info.put("milliseconds", millisecondsSince(start));
      var answer = new SafeTensorsAnswer(info);
      addLabels(answer, labels);
      int classes = network.config().model().foregroundClasses();
      arrays.forEach((name, values) -> answer.add(name, values, classes, side, side));
      return answer.answer();
    }
  }

  /// The labels after the protocol's CRF.
  Answer refined(ServedNetwork network, ServedImage image) {
    return on(
        image,
        picture -> {
          long start = System.nanoTime();
          var labels = network.crfSegmenter().segment(picture);
          var info = described(network, image, picture);
          info.put("protocol", network.protocol(true).toString());
          info.put("milliseconds", millisecondsSince(start));
          var answer = new SafeTensorsAnswer(info);
          addLabels(answer, labels);
          return answer.answer();
        });
  }

  /// The tokens' features, kept for the next click.
  TokenFeatures features(ServedNetwork network, ServedImage image) {
    var found = cache.find(image.id(), network.id());
    if (found.isPresent()) { // by a request that waited in the queue before this one
      return found.get();
    }
    return on(
        image,
        picture -> {
          try (var _ = InferenceMode.enter()) {
            var features = TokenFeatures.of(encoded(network, picture));
            cache.put(image.id(), network.id(), features);
            return features;
          }
        });
  }

  static void putCurve(Map<String, @Nullable Object> info, @Nullable TokenFeatures features) {
    info.put("patchCosine", features == null ? List.of() : finite(features.patchCosine()));
    info.put(
        "patchCosineNormed", features == null ? null : Json.orNull(features.patchCosineNormed()));
  }

  private static List<@Nullable Double> finite(List<Double> values) {
    var finite = new ArrayList<@Nullable Double>();
    values.forEach(value -> finite.add(Json.orNull(value)));
    return finite;
  }

  private static EncodedImages encoded(ServedNetwork network, RgbImage picture) {
    var model = network.network().model();
    var input = NetworkInput.of(picture, network.config().eval().sizePx(), model);
    return EncodedImages.of(model, input);
  }

  private static Map<String, @Nullable Object> described(
      ServedNetwork network, ServedImage image, RgbImage picture) {
    var info = new LinkedHashMap<String, @Nullable Object>();
    info.put("image", image.id());
    info.put("network", network.id());
    info.put("widthPx", picture.widthPx());
    info.put("heightPx", picture.heightPx());
    return info;
  }

  private static List<Map<String, @Nullable Object>> classes(float[] logits) {
    var classes = new ArrayList<Map<String, @Nullable Object>>();
    for (int k = 0; k < logits.length; k++) {
      var entry = new LinkedHashMap<String, @Nullable Object>();
      entry.put("label", k + 1);
      entry.put("logit", Json.orNull(logits[k]));
      entry.put("score", Json.orNull(1 / (1 + Math.exp(-logits[k]))));
      entry.put("predicted", logits[k] > 0);
      classes.add(entry);
    }
    return classes;
  }

  private static void addLabels(SafeTensorsAnswer answer, LabelMap labels) {
    answer.add("labels", labels.labels().toArray(JAVA_BYTE), labels.heightPx(), labels.widthPx());
  }

  /// Maps in 0…1 as bytes, in a size that is enough for what the patches can show.
  ///
  /// @param maps [1, K, H, W]
  private static byte[] levels(Tensor maps, int side) {
    return maps.interpolate(side, side, Interpolation.BILINEAR_ANTIALIAS)
        .clamp(0, 1)
        .mul(LEVELS)
        .round()
        .to(DType.UINT8)
        .to(Device.CPU)
        .contiguous()
        .segment()
        .toArray(JAVA_BYTE);
  }

  private static long millisecondsSince(long startNanos) {
    return (System.nanoTime() - startNanos) / 1_000_000;
  }
}
