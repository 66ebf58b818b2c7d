package toco.parity;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import toco.batch.Canvas;
import toco.batch.RandomCrop;
import toco.image.ImageBox;
import toco.recipe.cosa.StrongOperation;
import toco.recipe.cosa.ViewPair;
import toco.torch.Tensor;

/// CoSA's views, and the operations that make strong ones.
final class CosaImageCases {
  private CosaImageCases() {}

  /// One operation on every image of the case. A parameter that the case names must be the one that
  /// its magnitude gives.
  static Map<String, Tensor> operation(GoldenCase golden) {
    var operation = StrongOperation.of(golden.text("op"));
    int magnitude = golden.integer("magnitude");
    requireEqual(golden, "threshold", StrongOperation.solarizeThreshold(magnitude));
    requireEqual(golden, "bits", StrongOperation.posterizeBits(magnitude));
    requireEqual(golden, "factor", StrongOperation.factor(magnitude));
    var out = new HashMap<String, Tensor>();
    golden
        .tensors()
        .forEach((key, image) -> {
          if (key.startsWith("in.")) {
            var changed = image.clone();
            operation.apply_(changed, magnitude);
            out.put(key.replaceFirst("in", "out"), changed);
          }
        });
    return out;
  }

  private static void requireEqual(GoldenCase golden, String param, double own) {
    double recorded = golden.number(param, own);
    if (Math.abs(recorded - own) > 1e-12) {
      throw golden.lacks("the %s %s of its magnitude, got %s".formatted(param, own, recorded));
    }
  }

  static Map<String, Tensor> parameters(GoldenCase golden) {
    var own = Arrays.stream(StrongOperation.values()).map(StrongOperation::toString);
    if (!own.collect(Collectors.toSet()).equals(Set.copyOf(golden.texts("operations")))) {
      throw golden.lacks("just the operations " + Arrays.toString(StrongOperation.values()));
    }
    var magnitudes =
        LongStream.of(golden.in("magnitude").toLongArray()).mapToInt(Math::toIntExact).toArray();
    var thresholds = new long[magnitudes.length];
    var bits = new long[magnitudes.length];
    var factors = new double[magnitudes.length];
    for (int i = 0; i < magnitudes.length; i++) {
      thresholds[i] = StrongOperation.solarizeThreshold(magnitudes[i]);
      bits[i] = StrongOperation.posterizeBits(magnitudes[i]);
      factors[i] = StrongOperation.factor(magnitudes[i]);
    }
    return Map.of(
        "out.threshold", Tensor.of(thresholds, thresholds.length),
        "out.bits", Tensor.of(bits, bits.length),
        "out.factor", LabelCases.doubles(factors));
  }

  /// The views by the recorded draws. The strong view and the normalised ones are made of recorded
  /// 8-bit views, so that the rounding of the weak view does not matter.
  static Map<String, Tensor> views(GoldenCase golden) {
    int size = golden.integer("crop_size");
    var pad = golden.numbers("pad_top_left");
    var corner = golden.numbers("crop_top_left");
    var crop =
        new RandomCrop(
            golden.number("scale"),
            golden.params().path("flip").asBoolean(),
            pad.get(0).intValue(),
            pad.get(1).intValue(),
            corner.get(0).intValue(),
            corner.get(1).intValue());
    var radius = golden.params().path("blur_radius");
    var pair =
        new ViewPair(
            crop,
            radius.isNumber() ? Double.valueOf(radius.doubleValue()) : null,
            StrongOperation.of(golden.text("op")),
            golden.integer("magnitude"));
    try (var canvas = new Canvas(golden.device(), size)) {
      var weak = Tensor.zeros(3, size, size).to(golden.device());
      var strong = Tensor.zeros(3, size, size).to(golden.device());
      var box = pair.apply(golden.in("rgb"), canvas, LabelCases.NORMALIZATION, weak, strong);
      var weakView = canvas.crop().clone();
      var distorted = golden.tensor("out.weak").to(golden.device()).clone();
      pair.operation().apply_(distorted, pair.magnitude());
      return Map.of(
          "out.img_box", box(box),
          "out.weak", weakView,
          "out.strong", distorted,
          "out.weak_normalized_every_4th", everyFourth(golden.tensor("out.weak")),
          "out.strong_normalized_every_4th", everyFourth(distorted));
    }
  }

  private static Tensor box(ImageBox box) {
    return Tensor.of(new long[] {box.top(), box.bottom(), box.left(), box.right()}, 4);
  }

  private static Tensor everyFourth(Tensor view) {
    var out = Tensor.zeros(3, view.size(0), view.size(1));
    LabelCases.NORMALIZATION.normalize(view, out);
    return out.slice(1, 0, view.size(0), 4).slice(2, 0, view.size(1), 4);
  }

  static Tolerance tolerance(GoldenCase golden, String tensor) {
    boolean isBlurred = golden.params().path("blur_radius").isNumber();
    return switch (tensor) {
      case "out.factor" -> new Tolerance.Within(1e-12, 0);
      case "out.weak" -> isBlurred ? new Tolerance.Mostly(0.95, 1, 3) : new Tolerance.Within(1, 0);
      case "out.weak_normalized_every_4th", "out.strong_normalized_every_4th" ->
          new Tolerance.Within(1e-4, 0);
      default -> new Tolerance.Within(0, 0);
    };
  }
}
