package toco.parity;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import toco.image.Geometric;
import toco.image.ImageDecoder;
import toco.image.Photometric;
import toco.torch.DType;
import toco.torch.Tensor;

/// Decoding and 8-bit image operations, as training does them on the CPU.
final class ImageCases {
  private ImageCases() {}

  /// The photograph is in the folder `data` next to the folder of the cases.
  static Map<String, Tensor> decode(GoldenCase golden, Path directory) {
    var data = directory.toAbsolutePath().normalize().resolveSibling("data");
    try (var arena = Arena.ofConfined()) {
      var image = ImageDecoder.decode(data.resolve(golden.text("image")), arena);
      return Map.of("out.rgb", image.tensor().clone());
    }
  }

  static Map<String, Tensor> brightness(GoldenCase golden) {
    return changed(golden, image -> Photometric.brightness_(image, golden.number("factor")));
  }

  static Map<String, Tensor> contrast(GoldenCase golden) {
    return changed(golden, image -> Photometric.contrast_(image, golden.number("factor")));
  }

  static Map<String, Tensor> saturation(GoldenCase golden) {
    return changed(golden, image -> Photometric.saturation_(image, golden.number("factor")));
  }

  static Map<String, Tensor> hue(GoldenCase golden) {
    return changed(golden, image -> Photometric.hue_(image, golden.number("factor")));
  }

  static Map<String, Tensor> jitterChain(GoldenCase golden) {
    var order = golden.texts("order");
    var factors = golden.numbers("factors");
    if (order.size() != factors.size()) {
      throw golden.lacks("a factor for each operation of 'order'");
    }
    return changed(
        golden,
        image -> {
          for (int i = 0; i < order.size(); i++) {
            double factor = factors.get(i);
            switch (order.get(i)) {
              case "brightness" -> Photometric.brightness_(image, factor);
              case "contrast" -> Photometric.contrast_(image, factor);
              case "saturation" -> Photometric.saturation_(image, factor);
              case "hue" -> Photometric.hue_(image, factor);
              default -> throw golden.lacks("a known colour operation, got " + order.get(i));
            }
          }
        });
  }

  static Map<String, Tensor> grayscale(GoldenCase golden) {
    return changed(golden, Photometric::grayscale_);
  }

  static Map<String, Tensor> solarize(GoldenCase golden) {
    return changed(golden, image -> Photometric.solarize_(image, golden.integer("threshold")));
  }

  static Map<String, Tensor> gaussianBlur(GoldenCase golden) {
    return changed(golden, image -> Photometric.gaussianBlur_(image, golden.number("radius")));
  }

  static Map<String, Tensor> resize(GoldenCase golden) {
    var image = golden.in("rgb");
    double scale = golden.number("scale");
    var out = empty(golden, (long) (scale * image.size(0)), (long) (scale * image.size(1)));
    Geometric.resize(image, out);
    return Map.of("out.rgb", out);
  }

  static Map<String, Tensor> resizedCrop(GoldenCase golden) {
    var out = empty(golden, golden.integer("size"), golden.integer("size"));
    Geometric.resizedCrop(
        golden.in("rgb"),
        golden.integer("top"),
        golden.integer("left"),
        golden.integer("height"),
        golden.integer("width"),
        out);
    return Map.of("out.rgb", out);
  }

  private static Map<String, Tensor> changed(GoldenCase golden, Consumer<Tensor> change) {
    var image = golden.in("rgb").clone();
    change.accept(image);
    return Map.of("out.rgb", image);
  }

  private static Tensor empty(GoldenCase golden, long heightPx, long widthPx) {
    return Tensor.zeros(heightPx, widthPx, 3).to(DType.UINT8).to(golden.device());
  }
}
