package toco.eval;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.config.Combination;
import toco.image.Normalization;
import toco.image.RgbImage;
import toco.model.Toco;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Segmentation over image scales, each with its mirror image (METHOD "Evaluation"). No gradient.
///
/// ```java
/// var input = MultiScaleInference.input(image, 0, device);            // [1, 3, H, W], native size
/// var logits = MultiScaleInference.VOC.logits(model, input, image.heightPx(), image.widthPx());
/// var labels = logits.argmax(1);                                      // [1, H, W]
/// ```
///
/// The order is the published one: resize the input, run the network on it and its mirror image,
/// stretch both logits to the wanted size, mirror the second back, combine the pair, then the
/// scales. Logits are combined, not probabilities; a softmax, where one is wanted, comes last.
///
/// @param scales of the input, in the order in which they run
/// @param flip how an image's logits and its mirror image's are combined; NONE: no mirror image
/// @param overScales how those of the scales are combined: SUM or MAX
public record MultiScaleInference(List<Double> scales, Combination flip, Combination overScales) {

  /// The published VOC protocol, for images of native size.
  public static final MultiScaleInference VOC =
      new MultiScaleInference(List.of(1.0, 1.5, 1.25), Combination.SUM, Combination.MAX);

  /// The published COCO protocol, for images resized to a square of 448 px.
  public static final MultiScaleInference COCO =
      new MultiScaleInference(List.of(1.0, 1.5, 1.25), Combination.MAX, Combination.SUM);

  /// The image as it is, alone, as evaluations in training see it.
  public static final MultiScaleInference SINGLE =
      new MultiScaleInference(List.of(1.0), Combination.NONE, Combination.MAX);

  /// As in [toco.cam.MultiScaleCam]: on the CPU more at once is no faster.
  private static final long CPU_TOKENS_A_PASS = 2000;

  public MultiScaleInference {
    scales = List.copyOf(scales);
    if (scales.isEmpty() || !scales.stream().allMatch(s -> s > 0 && s <= 16)) {
      throw new IllegalArgumentException("scales must be one or more in (0, 16], got " + scales);
    }
    if (overScales == Combination.NONE) {
      throw new IllegalArgumentException("overScales must be sum or max, got none");
    }
  }

  /// A picture as the network takes it: normalised first, then resized, as the published evaluation
  /// does.
  ///
  /// @param sizePx side of the square that it is resized to, whatever its shape; 0: native size
  /// @return float32 [1, 3, H, W] on the device
  public static Tensor input(RgbImage picture, int sizePx, Device device) {
    return TensorScope.scoped(() -> {
      var levels = picture.tensor().to(device).permute(2, 0, 1).to(DType.FLOAT32); // [3, H, W]
      var image = Normalization.normalize(levels).unsqueeze(0);
      return sizePx == 0 ? image : resize(image, sizePx, sizePx);
    });
  }

  /// Segmentation logits, background first.
  ///
  /// @param images [B, 3, H, W] normalised; a scale's size is cut to whole pixels, and is at least
  ///   one patch
  /// @param heightPx rows of the result, such as those of the mask
  /// @param widthPx columns of the result
  /// @return float32 [B, C, heightPx, widthPx] on the images' device
  public Tensor logits(Toco model, Tensor images, long heightPx, long widthPx) {
    return logits(model, images, heightPx, widthPx, null);
  }

  /// The same.
  ///
  /// @param known logits [B, C, h, w] of these very images at scale 1, whose pass is then spared
  Tensor logits(Toco model, Tensor images, long heightPx, long widthPx, @Nullable Tensor known) {
    try (var _ = GradMode.noGrad()) {
      return TensorScope.scoped(() -> {
        Tensor all = null;
        for (double scale : scales) {
          var ofPair =
              TensorScope.scoped(() -> pair(model, images, scale, heightPx, widthPx, known));
          all = all == null ? ofPair : overScales(all, ofPair);
        }
        return all;
      });
    }
  }

  /// One scale's logits at full size, those of the mirror image among them.
  private Tensor pair(
      Toco model,
      Tensor images,
      double scale,
      long heightPx,
      long widthPx,
      @Nullable Tensor known) {
    var resized = scaled(images, scale, model.config().encoderShape().patchSizePx());
    var grid = scale == 1 && known != null ? known : segment(model, resized);
    var straight = grid.interpolate(heightPx, widthPx, Interpolation.BILINEAR);
    if (flip == Combination.NONE) {
      return straight;
    }
    var mirrored =
        segment(model, resized.flip(3))
            .interpolate(heightPx, widthPx, Interpolation.BILINEAR)
            .flip(3);
    return combine(flip, straight, mirrored);
  }

  /// Takes its arguments: at full size, logits of many classes are large.
  private Tensor overScales(Tensor sofar, Tensor scale) {
    try (sofar;
        scale) {
      return combine(overScales, sofar, scale);
    }
  }

  private static Tensor combine(Combination how, Tensor one, Tensor other) {
    return how == Combination.SUM ? one.add(other) : one.maximum(other);
  }

  private static Tensor scaled(Tensor images, double scale, int patchPx) {
    long height = Math.max(patchPx, (long) (scale * images.size(2)));
    long width = Math.max(patchPx, (long) (scale * images.size(3)));
    return resize(images, height, width);
  }

  private static Tensor resize(Tensor images, long height, long width) {
    return images.size(2) == height && images.size(3) == width
        ? images
        : images.interpolate(height, width, Interpolation.BILINEAR);
  }

  /// The grid's logits, in passes that suit the device.
  private static Tensor segment(Toco model, Tensor resized) {
    int patch = model.config().encoderShape().patchSizePx();
    long tokens = (resized.size(2) / patch) * (resized.size(3) / patch);
    long count = resized.size(0);
    long atOnce =
        resized.device().isCpu() ? Math.clamp(CPU_TOKENS_A_PASS / tokens, 1, count) : count;
    var parts = new ArrayList<Tensor>();
    for (long start = 0; start < count; start += atOnce) {
      var part = resized.slice(0, start, Math.min(start + atOnce, count));
      parts.add(TensorScope.scoped(() -> model.segment(model.encode(part).patchMap())));
    }
    return parts.size() == 1 ? parts.getFirst() : Tensor.cat(parts, 0);
  }
}
